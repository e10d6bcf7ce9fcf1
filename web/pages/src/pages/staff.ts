/** The page `/staff`, and the one that Microsoft sends the browser back to. */

import { startStaffPage } from "../staff/start.ts"

void startStaffPage()
