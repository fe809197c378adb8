/* What the browser says by itself on pages of settings: apart from words.js, which every page loads. */

export const words = {
  doctor: {
    looking: "Looking…",
    socket: "It is open: what is new shows at once.",
    noSocket: "It does not open, though pages load: something between here and the server (a proxy, a company's network) lets no live connection through. Messages go by form meanwhile. Try another network; who runs the server lets the proxy pass Upgrade on /ws/.",
    noServer: "The server does not answer at all now. What you write is kept.",
    clock: "It is right.",
    clockOff: (minutes, ahead) => `It is ${minutes} minutes ${ahead ? "ahead" : "behind"}. Order comes from the server, so nothing is out of place; codes of an app may not work. Let the device set its clock by itself.`,
    sending: "Sending 8 MB to see whether it arrives…",
    upload: "A file of 8 MB came through.",
    uploadSize: "Something between here and the server takes no file of 8 MB, often a proxy with a limit of 1 MB. Smaller files go. Who runs the server raises the limit on /uploads/ (client_max_body_size 16m).",
    uploadLine: "The line broke while a file of 8 MB was sent. Try again; if it stays so, a proxy may have a smaller limit.",
    uploadElse: (detail) => `The server did not take it: ${detail}`,
    pushOn: "On, and this server may call here.",
    pushOff: "Off. Switch it on under This device.",
    pushOld: "Switched on for an older key of this server. Switch it off and on again under This device.",
  },
  device: {
    on: "On. You hear of messages while Chatify is closed, until you sign out here.",
    off: "Off. Switched on, you hear of messages while Chatify is closed.",
    denied: "The browser's settings of this site forbid notifications. Allow them there, and reload this page.",
    unknown: "This browser cannot be called while Chatify is closed. On an iPhone, add Chatify to the home screen first.",
    failed: "That did not work.",
    installed: "Installed on this device.",
    forgotten: "Nothing is kept here now. What you open next is kept again.",
  },
};
