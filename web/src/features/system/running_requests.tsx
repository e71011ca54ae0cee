// SPDX-License-Identifier: Apache-2.0
// Who waits for whom: the requests that run, each with its goroutines below those that started them.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readRunning, type RunningGoroutine, type RunningRequest } from "@/api";
import { ProblemPanel } from "@/frame/problem_panel";
import { word } from "@/i18n/word";
import { age, count } from "./format";
import { goroutineTree, type Branch } from "./goroutine_tree";

const lookMs = 2_000;

export function RunningRequests() {
  const { t, i18n } = useTranslation();
  const running = useQuery({
    queryKey: ["system", "requests"],
    queryFn: ({ signal }) => readRunning({ signal }),
    refetchInterval: lookMs,
    gcTime: 0,
  });
  const { requests = [], running: all = 0 } = running.data ?? {};
  const [oldest] = requests;
  return (
    <section className="panel-card running" data-testid="running">
      <h2>{t("system/running")}</h2>
      {running.error && (
        <ProblemPanel error={running.error} onRetry={() => void running.refetch()} />
      )}
      {running.data && !oldest && <p className="soft">{t("system/runningNone")}</p>}
      {oldest && (
        <p>
          {t("system/runningLead", { count: all, age: age(t, oldest.ms) })}
          {all > requests.length &&
            ` ${t("system/runningOldest", { shown: count(requests.length, i18n.language) })}`}
        </p>
      )}
      {requests.map((request) => (
        <Request key={request.id} request={request} />
      ))}
      <p>
        <a href="/system/goroutines">{t("system/allGoroutines")}</a>
      </p>
    </section>
  );
}

function Request({ request }: { request: RunningRequest }) {
  const { t } = useTranslation();
  return (
    <article className="running-request">
      <h3>
        <code>{request.route}</code> <span className="running-age">{age(t, request.ms)}</span>
      </h3>
      <Branches branches={goroutineTree(request.goroutines)} />
    </article>
  );
}

function Branches({ branches }: { branches: Branch[] }) {
  return (
    <ul className="goroutines">
      {branches.map(({ goroutine, started }) => (
        <li key={goroutine.id}>
          <Goroutine goroutine={goroutine} />
          {started.length > 0 && <Branches branches={started} />}
        </li>
      ))}
    </ul>
  );
}

/** "I/O" and "not yet run" as the names of texts. */
const textName = (state: string): string => state.toLowerCase().replaceAll(/[^a-z]+/g, "_");

function Goroutine({ goroutine }: { goroutine: RunningGoroutine }) {
  const { t, i18n } = useTranslation();
  const { id, name, state, waits_on, waits_ms, left_ms } = goroutine;
  const does = word(i18n, "wait", textName(state));
  const facts = [
    waits_ms !== undefined && t("system/waitsFor", { age: age(t, waits_ms) }),
    left_ms !== undefined && t("system/deadlineIn", { age: age(t, left_ms) }),
  ].filter((fact) => fact !== false);
  return (
    <>
      <div>
        <strong>{name ?? t("system/unnamed")}</strong> <span className="soft">{id}</span>{" "}
        <span className={`wait wait-${state === "running" ? "running" : "waiting"}`}>
          {waits_on ? t("app/labelled", { name: does, value: waits_on }) : does}
        </span>{" "}
        <span className="soft">{facts.join(" · ")}</span>
      </div>
      <Places goroutine={goroutine} />
    </>
  );
}

function Places({ goroutine }: { goroutine: RunningGoroutine }) {
  const { t } = useTranslation();
  const { waits_at, started_at, remark, calls } = goroutine;
  return (
    <details className="places">
      <summary>{waits_at ?? started_at ?? t("system/calls")}</summary>
      {started_at && <p>{t("app/labelled", { name: t("system/startedAt"), value: started_at })}</p>}
      {remark && <p lang="en">{remark}</p>}
      <ol>
        {calls.map((call, index) => (
          <li key={index}>
            <code>{call.function}</code> <span className="soft">{call.at}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
