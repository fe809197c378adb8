/* The page that asks where to put what another app shared: fills in what the worker kept. */

import { find, make, me } from "../lib/dom.js";
import { waiting } from "../media/shared.js";

const { words, files } = await waiting(me());
const field = find("#share textarea[name=body]");
const text = [...new Set([words.title, words.text, words.url])].filter(Boolean).join("\n");
if (text && !field.value) field.value = text;

const list = find("#share-files");
list.append(...files.map(({ name }) => make("li", {}, name)));
list.hidden = !files.length;
