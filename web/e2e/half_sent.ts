// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from "node:net";

/** A request that runs: the head of one, and never the whole body. Begins again when it is ended. */
export function halfSent(url: string): { stop: () => void } {
  const { hostname, port } = new URL(url);
  let goesOn = true;
  let socket: Socket;
  const begin = (): void => {
    socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /api/v1/session HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
          `Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      );
    });
    socket.on("error", () => undefined);
    socket.on("close", () => goesOn && begin());
    socket.resume();
  };
  begin();
  return {
    stop: () => {
      goesOn = false;
      socket.destroy();
    },
  };
}
