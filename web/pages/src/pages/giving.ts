/** The page `/staff/waiting`, where the mail leads that says that a reader's key is there. */

import { startGivingPage } from "../giving/start.ts"

void startGivingPage()
