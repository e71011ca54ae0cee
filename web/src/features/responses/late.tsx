// SPDX-License-Identifier: Apache-2.0
// These pages come when they are asked for: the first page of all is quick without them.
import { lazy, Suspense, type ReactNode } from "react";
import { Loading } from "@/frame/page";

const Responses = lazy(async () => ({ default: (await import("./responses_page")).ResponsesPage }));
const Response = lazy(async () => ({ default: (await import("./response_page")).ResponsePage }));

const late = (page: ReactNode) => <Suspense fallback={<Loading />}>{page}</Suspense>;

export const LateResponsesPage = () => late(<Responses />);
export const LateResponsePage = () => late(<Response />);
