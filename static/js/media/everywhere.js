/* What files need on whichever page is open. */

import { Letter } from "../conversation/letter.js";
import { Gallery } from "./gallery.js";
import { sounds } from "./sounds.js";

export function files(trays) {
  new Gallery();
  new Letter(trays);
  sounds();
}
