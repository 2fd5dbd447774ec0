/**
 * Bounds what is on its way to the server. The client's batch stream holds 16 unsent calls before a further one has
 * to wait, and when the stream then fails while one waits, the client rejects a promise that nobody holds: an
 * unhandled rejection that would end the process. A server that has stopped reading takes at least half of its
 * smallest HTTP/2 window (64 KiB) before calls stay unsent. So: 15 calls of any size, and up to 64 calls as long as
 * all together are below 32 KiB.
 */
const alwaysAdmitted = 15;
const mostCalls = 64;
const mostBytes = 32 * 1024;

export interface Admission {
  /** Calls `go` at once or when there is room, first come first served. `go` gets what to call when done. */
  enter(bytes: number, go: (leave: () => void) => void): void;
}

interface Waiting {
  readonly bytes: number;
  readonly go: (leave: () => void) => void;
}

export const makeAdmission = (): Admission => {
  const waiting: Waiting[] = [];
  let calls = 0;
  let bytesUnderWay = 0;

  const hasRoom = (bytes: number): boolean =>
    calls < alwaysAdmitted || (calls < mostCalls && bytesUnderWay + bytes <= mostBytes);

  const admit = ({ bytes, go }: Waiting): void => {
    calls++;
    bytesUnderWay += bytes;
    let inside = true;
    go(() => {
      if (!inside) return;
      inside = false;
      calls--;
      bytesUnderWay -= bytes;
      for (let next = waiting[0]; next !== undefined && hasRoom(next.bytes); next = waiting[0]) {
        waiting.shift();
        admit(next);
      }
    });
  };

  return {
    enter(bytes, go) {
      if (waiting.length === 0 && hasRoom(bytes)) admit({ bytes, go });
      else waiting.push({ bytes, go });
    },
  };
};
