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
  return {
    count(method, route, status, seconds) {
      const labels = `method="${method}",route="${route}",status="${status}"`;
      const row = rows.get(labels);
      if (row === undefined) rows.set(labels, { count: 1, seconds });
      else {
        row.count += 1;
        row.seconds += seconds;
      }
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
