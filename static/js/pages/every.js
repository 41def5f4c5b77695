/** What every page has. */

import { explainTerms } from "../parts/term.js";

explainTerms();
