import { writeFileSync } from "node:fs";
import { eventsPage, eventsPagePath } from "./events-page.ts";

writeFileSync(eventsPagePath, eventsPage());
