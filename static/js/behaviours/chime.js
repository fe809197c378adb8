/* Two short soft tones, made here: no file is fetched for them. */

const TONES = [
  [660, 0],
  [880, 0.12],
];
let context = null;

/** Plays them; browsers allow it once somebody has used the page. */
export function chime() {
  context ??= new AudioContext();
  for (const [pitch, after] of TONES) tone(pitch, context.currentTime + after);
}

function tone(pitch, at) {
  const source = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.32);
}
