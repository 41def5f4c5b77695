/** What every page has. */

import { firstVisit } from "../parts/firstvisit.js";
import { explainTerms } from "../parts/term.js";

explainTerms();
firstVisit();
