// SPDX-License-Identifier: Apache-2.0
// The same 379 bytes for each GET, by Node's own HTTP server.
import { createServer } from 'node:http';

const body = Buffer.alloc(379, ' ');
const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Content-Length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`node is ready at http://127.0.0.1:${server.address().port}/`));
