import { readSettings, type Configured, type Environment } from "@countersign/runtime/config.ts";
import {
  readBackgroundConfig,
  readStuckAfter,
  type BackgroundConfig,
} from "@countersign/runtime/settings-of-services.ts";

/** What a scheduler in a process of its own needs to know. */
export interface SchedulerConfig extends BackgroundConfig {
  readonly stuckAfterMs: number;
}

/** Without `COUNTERSIGN_HTTP`: beside the gateway's 4400. */
const PORT = 4404;

/** Checks all settings together: either a config, or every problem. */
export const readConfig = (environment: Environment): Configured<SchedulerConfig> =>
  readSettings(environment, (settings) => ({
    ...readBackgroundConfig(settings, PORT),
    stuckAfterMs: readStuckAfter(settings),
  }));
