// SPDX-License-Identifier: Apache-2.0
// Gives the page to a phone without a line. The build puts `version` and `files` before this text
// (offline.ts). It keeps nothing of the API: what is the patient's is in the vault, encrypted.
/* global self, caches, fetch, URL, version, files */

const page = "/patient/";

self.addEventListener("install", (event) => {
    event.waitUntil(caches.open(version).then((cache) => cache.addAll(files)));
    self.skipWaiting();
});

self.addEventListener("activate", (event) => {
    const drop = (name) => name.startsWith("patient-") && name !== version && caches.delete(name);
    event.waitUntil(
        caches
            .keys()
            .then((names) => Promise.all(names.map(drop)))
            .then(() => self.clients.claim()),
    );
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { pathname } = new URL(request.url);
    const wanted = request.mode === "navigate" ? page : pathname;
    if (request.method !== "GET" || !files.includes(wanted)) return;
    event.respondWith(caches.match(wanted).then((kept) => kept ?? fetch(request)));
});
