import { readSettings, type Configured, type Environment } from "@countersign/runtime/config.ts";
import {
  readBackgroundConfig,
  type BackgroundConfig,
} from "@countersign/runtime/settings-of-services.ts";

/** Without `COUNTERSIGN_HTTP`: beside the gateway's 4400. */
const PORT = 4403;

/** Checks all settings together: either a config, or every problem. */
export const readConfig = (environment: Environment): Configured<BackgroundConfig> =>
  readSettings(environment, (settings) => readBackgroundConfig(settings, PORT));
