/** The page `/staff/pair`, where the link of a pane leads. */

import { startPairPage } from "../pair/start.ts"

void startPairPage()
