/** Counts answers, for `/metrics` in Prometheus' text format. */
export interface HttpMetrics {
  /** `route` is the path's pattern, never the path itself; so there are few. */
  count(method: string, route: string, status: number, seconds: number): void;
  text(): string;
}

interface Row {
  count: number;
  seconds: number;
}

export const makeHttpMetrics = (): HttpMetrics => {
  const rows = new Map<string, Row>();
  /** Rows by status, by route and method as the router knows them: no label is written for each answer. */
  const byRoute = new Map<string, Map<string, Row[]>>();
  const rowOf = (method: string, route: string, status: number): Row => {
    let byMethod = byRoute.get(route);
    if (byMethod === undefined) byRoute.set(route, (byMethod = new Map<string, Row[]>()));
    let byStatus = byMethod.get(method);
    if (byStatus === undefined) byMethod.set(method, (byStatus = []));
    let row = byStatus[status];
    if (row === undefined) {
      row = byStatus[status] = { count: 0, seconds: 0 };
      rows.set(`method="${method}",route="${route}",status="${status}"`, row);
    }
    return row;
  };
  return {
    count(method, route, status, seconds) {
      const row = rowOf(method, route, status);
      row.count += 1;
      row.seconds += seconds;
    },
    text() {
      const name = "countersign_http_requests";
      const lines = [
        `# HELP ${name}_seconds Time to answer HTTP requests, streams and long polls included.`,
        `# TYPE ${name}_seconds summary`,
      ];
      for (const [labels, { count, seconds }] of rows) {
        lines.push(`${name}_seconds_sum{${labels}} ${seconds}`);
        lines.push(`${name}_seconds_count{${labels}} ${count}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
};
