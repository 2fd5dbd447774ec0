/** Everything that is kept open for readers, so that a service that stops can end it. */
export interface Streams {
  add(stream: { end(): void; onEnd(callback: () => void): void }): void;
  endAll(): void;
}

export const makeStreams = (): Streams => {
  const open = new Set<{ end(): void }>();
  let closing = false;
  return {
    add(stream) {
      open.add(stream);
      stream.onEnd(() => open.delete(stream));
      if (closing) stream.end();
    },
    endAll() {
      closing = true;
      for (const stream of [...open]) stream.end();
    },
  };
};
