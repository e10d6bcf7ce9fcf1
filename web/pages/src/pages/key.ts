/** The page `/key`: become the only holder of one's key, or see what opens it. */

import { startKeyPage } from "../key/start.ts"

void startKeyPage()
