/** The page `/set-up`: a firm's admin answers five questions, and then the firm opens. */

import { startSetUp } from "../set-up/page.ts"

void startSetUp()
