/** The page `/m/<id>/export`: choose letters, have them sealed anew on this device, save them as one file. */

import { startExportPage } from "../export/page.ts"

void startExportPage()
