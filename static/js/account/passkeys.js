/* Passkeys: a form with data-passkey asks the browser for a key and sends what it says as `credential`. */

import { find } from "../lib/dom.js";
import { words } from "../words.js";

const form = find("form[data-passkey]");
const BUFFERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const named = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

/** What the server wrote as text, in the form that the browser wants. */
function read({ publicKey }) {
  const { user, excludeCredentials, allowCredentials } = publicKey;
  return {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(excludeCredentials && { excludeCredentials: named(excludeCredentials) }),
    ...(allowCredentials && { allowCredentials: named(allowCredentials) }),
  };
}

function written(credential) {
  const response = {};
  for (const name of BUFFERS) if (credential.response[name]) response[name] = text(credential.response[name]);
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  const { id, type, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(credential.rawId), type, authenticatorAttachment, clientExtensionResults, response };
}

/** A key that signs in alone is found without a name, and asks for a finger, a face or a PIN. */
function alone(publicKey) {
  const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return { ...publicKey, authenticatorSelection: { ...publicKey.authenticatorSelection, ...wanted } };
}

async function options() {
  const kept = form.dataset.options;
  if (kept) return Object.values(JSON.parse(kept))[0];
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

async function ask() {
  const publicKey = read(await options());
  if (form.dataset.passkey === "get") return navigator.credentials.get({ publicKey });
  const wanted = form.elements.passwordless?.checked ? alone(publicKey) : publicKey;
  return navigator.credentials.create({ publicKey: wanted });
}

function say(sentence) {
  const place = find("[data-trouble]", form);
  place.textContent = sentence;
  place.hidden = !sentence;
}

function explained(error) {
  if (error.name === "NotAllowedError") return words.passkeys.stopped;
  if (error.name === "InvalidStateError") return words.passkeys.known;
  if (error.name === "SecurityError") return words.passkeys.address;
  return words.passkeys.failed;
}

async function submit(event) {
  event.preventDefault();
  if (!window.PublicKeyCredential) return say(words.passkeys.unknown);
  say("");
  try {
    form.elements.credential.value = JSON.stringify(written(await ask()));
    return form.submit();
  } catch (error) {
    return say(explained(error));
  }
}

if (form) {
  form.addEventListener("submit", submit);
  find("button", form).disabled = false; // pressed before this, it would send an empty answer
}
