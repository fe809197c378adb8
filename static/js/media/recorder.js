/* Voice notes: the microphone is on only while the dialog records, and nothing is sent before it was taken. */

import { find, setText } from "../lib/dom.js";
import { words } from "../words.js";

const LONGEST_MS = 15 * 60_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const ENDINGS = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };
const DRAW_MS = 100;

/** `take(file)` gets what was recorded; the file says that it is for a voice note. */
export class Recorder {
  #run = null; // what one recording holds: {stream, audio, media, began, timer}
  #file = null;

  constructor({ form, signal, take }) {
    Object.assign(this, { take, dialog: find("#recorder", form), button: find("#record", form) });
    const on = (selector, type, does) => find(selector, form).addEventListener(type, does, { signal });
    on("#record", "click", () => this.#open());
    on("#recorder-again", "click", () => this.#record());
    on("#recorder-stop", "click", () => this.#stop());
    on("#recorder-take", "click", () => this.#taken());
    on("#recorder", "close", () => this.#closed());
    signal.addEventListener("abort", () => this.dialog.open && this.dialog.close());
    this.button.hidden = false;
  }

  // ── callbacks ──

  #open() {
    this.dialog.showModal();
    this.#record();
  }

  async #record() {
    this.#forget();
    this.#show("asking");
    try {
      const stream = await this.#microphone();
      if (!this.dialog.open) return silence(stream);
      return this.#listen(stream);
    } catch (problem) {
      return this.#show("failed", words.voice.troubles[problem.name] ?? words.voice.troubles.other);
    }
  }

  #stop() {
    if (this.#run?.media.state === "recording") this.#run.media.stop();
  }

  #recorded(media, pieces) {
    if (this.#run?.media !== media) return; // it was cancelled
    const type = media.mimeType.split(";")[0];
    this.#end();
    const file = new File(pieces, `${words.voice.name}.${ENDINGS[type] ?? "webm"}`, { type });
    this.#file = Object.assign(file, { purpose: "voice" });
    this.player.src = URL.createObjectURL(file);
    this.#show("recorded", words.voice.recorded);
    find("#recorder-take", this.dialog).focus();
  }

  #taken() {
    const file = this.#file;
    this.dialog.close();
    if (file) this.take(file);
  }

  #closed() {
    this.#end();
    this.#forget();
  }

  // ── internals ──

  get player() {
    return find("audio", this.dialog);
  }

  #microphone() {
    if (!navigator.mediaDevices || !window.MediaRecorder) throw new DOMException("", "NotSupportedError");
    return navigator.mediaDevices.getUserMedia({ audio: true });
  }

  #listen(stream) {
    const pieces = [];
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const media = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 48_000 });
    const audio = new AudioContext();
    const ear = audio.createAnalyser();
    audio.createMediaStreamSource(stream).connect(ear);
    media.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    media.addEventListener("stop", () => this.#recorded(media, pieces));
    const began = performance.now();
    this.#run = { stream, audio, media, timer: setInterval(() => this.#draw(ear, began), DRAW_MS) };
    media.start();
    this.#show("recording", words.voice.recording);
    find("#recorder-stop", this.dialog).focus();
  }

  #draw(ear, began) {
    const wave = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(wave);
    find("#recorder-level", this.dialog).value = wave.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    const past = performance.now() - began;
    const seconds = Math.floor(past / 1_000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    setText(find("#recorder-time", this.dialog), time);
    if (past >= LONGEST_MS) this.#stop();
  }

  #show(state, text = "") {
    this.dialog.dataset.state = state;
    setText(find("#recorder-said", this.dialog), text);
    this.player.hidden = state !== "recorded";
    find(".recording", this.dialog).hidden = state !== "recording";
    find("#recorder-stop", this.dialog).hidden = state !== "recording";
    find("#recorder-take", this.dialog).hidden = state !== "recorded";
    find("#recorder-again", this.dialog).hidden = !["recorded", "failed"].includes(state);
  }

  // The microphone is off from here on.
  #end() {
    const run = this.#run;
    this.#run = null;
    if (!run) return;
    clearInterval(run.timer);
    if (run.media.state === "recording") run.media.stop();
    silence(run.stream);
    run.audio.close();
  }

  #forget() {
    if (this.player.src) URL.revokeObjectURL(this.player.src);
    this.player.removeAttribute("src");
    this.#file = null;
  }
}

function silence(stream) {
  for (const track of stream.getTracks()) track.stop();
}
