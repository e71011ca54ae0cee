// SPDX-License-Identifier: Apache-2.0

/**
 * How often what is shown is read again. A window opens and closes without anybody doing anything,
 * so no feed could tell of it; the server's count is at most a second old, so the page is at most
 * five behind.
 */
export const followEvery = 3_000;
