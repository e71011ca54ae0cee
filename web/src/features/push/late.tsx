// SPDX-License-Identifier: Apache-2.0
// This page comes when it is asked for: the first page of all is quick without it.
import { lazy, Suspense } from "react";
import { Loading } from "@/frame/page";

const Push = lazy(async () => ({ default: (await import("./push_page")).PushPage }));

export const LatePushPage = () => (
  <Suspense fallback={<Loading />}>
    <Push />
  </Suspense>
);
