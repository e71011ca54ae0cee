// SPDX-License-Identifier: Apache-2.0
// `npm run mock`: the mock server by hand, for work on pages; sign in as coordinator@demo.
import { startMock } from "./server";
import { mockPassword } from "./world";

const { url } = await startMock({
  study: "../demo/hypertension.xml",
  pages: "dist",
  subjects: Number(process.env.SUBJECTS ?? 60),
  port: Number(process.env.PORT ?? 8080),
});
console.log(`${url}  coordinator@demo  ${mockPassword}`);
