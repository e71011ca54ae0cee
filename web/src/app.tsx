// SPDX-License-Identifier: Apache-2.0
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { createBrowserRouter, Navigate, RouterProvider } from "react-router";
import { Problem } from "./api";
import { AuditPage } from "./features/audit/audit_page";
import { FormPage } from "./features/capture/form_page";
import { LifePage } from "./features/audit/life_page";
import { MatrixPage } from "./features/subjects/matrix_page";
import { LateAlertsPage } from "./features/alerts/late";
import { LateJobPage, LateJobsPage } from "./features/jobs/late";
import { LatePushPage } from "./features/push/late";
import { LateResponsePage, LateResponsesPage } from "./features/responses/late";
import { LateRatesPage, LateSchedulePage } from "./features/rates/late";
import { LateTablesPage } from "./features/tables/late";
import { PeoplePage } from "./features/identity/people_page";
import { StudiesPage } from "./features/studies/studies_page";
import { SubjectPage } from "./features/subjects/subject_page";
import { LateSystemPage } from "./features/system/late";
import { Frame } from "./frame/frame";
import { CrashPage, NotFoundPage } from "./frame/problem_panel";
import { theme } from "./frame/theme";
import { SessionGate } from "./session/session_gate";

const router = createBrowserRouter([
  {
    element: (
      <SessionGate>
        <Frame />
      </SessionGate>
    ),
    errorElement: <CrashPage />,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          { index: true, element: <Navigate to="/studies" replace /> },
          { path: "studies", element: <StudiesPage /> },
          { path: "studies/:study", element: <MatrixPage /> },
          { path: "studies/:study/subjects/:subject", element: <SubjectPage /> },
          { path: "studies/:study/subjects/:subject/responses", element: <LateResponsesPage /> },
          { path: "responses/:response", element: <LateResponsePage /> },
          {
            path: "studies/:study/subjects/:subject/questionnaires",
            element: <LateSchedulePage />,
          },
          { path: "studies/:study/responses", element: <LateRatesPage /> },
          { path: "studies/:study/tables", element: <LateTablesPage /> },
          { path: "studies/:study/forms/:form", element: <FormPage /> },
          { path: "studies/:study/forms/:form/life", element: <LifePage /> },
          { path: "studies/:study/audit", element: <AuditPage /> },
          { path: "studies/:study/alerts", element: <LateAlertsPage /> },
          { path: "studies/:study/push", element: <LatePushPage /> },
          { path: "jobs", element: <LateJobsPage /> },
          { path: "jobs/:job", element: <LateJobPage /> },
          { path: "system", element: <LateSystemPage /> },
          { path: "people", element: <PeoplePage /> },
          { path: "*", element: <NotFoundPage /> },
        ],
      },
    ],
  },
]);

/** Reads are tried again only when that can help, and never more than twice. */
const mayRetry = (count: number, error: unknown): boolean =>
  count < 2 && error instanceof Problem && error.passing && error.status !== 429;

const makeClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache(),
    mutationCache: new MutationCache(),
    defaultOptions: {
      queries: { retry: mayRetry, staleTime: 5_000, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });

export function App() {
  const { i18n } = useTranslation();
  const client = useMemo(() => makeClient(), []);
  return (
    <ConfigProvider theme={theme} locale={i18n.language === "en" ? enUS : zhCN}>
      <AntApp>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
