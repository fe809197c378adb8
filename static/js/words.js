/* What the browser says by itself, in one place. */

export const words = {
  reconnecting: "Reconnecting…",
  offline: "You are offline.",
  offlineKept: "You are offline. We'll send it when you're back.",
  busy: "Chatify is very busy. It comes back by itself in a moment.",
  elsewhere: "Chatify is open in many tabs. This one no longer updates.",
  useThisTab: "Use this tab",
  reload: "This page is out of step. What you typed is kept.",
  reloadButton: "Reload",
  notKept: "This browser cannot keep unsent messages when the tab is closed.",
  notSent: "Not sent.",
  again: "Try again",
  discard: "Delete",
  sending: "Sending",
  you: "You",
  newLine: "New",
  someone: "Someone",
  today: "Today",
  yesterday: "Yesterday",
  latest: "Jump to the latest message",
  marks: { pending: "Sending", acked: "Sent", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Not sent" },
  stay: "Stay",
  signOut: "Sign out and lose it",
  close: "Close",
  keysTitle: "Keyboard",
  keysOn: "Use single-key shortcuts",
  keys: [
    ["?", "Show this help"],
    ["g i", "Go to the inbox"],
    ["/", "Search and jump (also Ctrl K)"],
    ["c", "Write something new"],
    ["j k", "Next and previous conversation"],
    ["Enter", "Open it"],
    ["r", "Reply"],
    ["u", "Mark as unread"],
    ["Esc", "Back"],
  ],
  refusals: {
    not_found: "This conversation is no longer yours.",
    forbidden: "You cannot write here.",
    too_large: "This message is too long.",
  },
  waiting: (count) => (count === 1 ? "1 message is waiting to be sent" : `${count} messages are waiting to be sent`),
  typing(names) {
    if (names.length === 1) return `${names[0]} is typing…`;
    if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
    return "Several people are typing…";
  },
  arrived: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  leaving: (count) => `${words.waiting(count)}. If you sign out now, ${count === 1 ? "it is" : "they are"} lost.`,
};
