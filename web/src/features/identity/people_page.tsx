// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { Input, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, listStudies, listUsers, readStudy, type RoleGrant, type User } from "@/api";
import { EmptyState, Loading, Page } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { word } from "@/i18n/word";
import { siteOf } from "@/study/use_study";
import "./people.css";

export function PeoplePage() {
  const { t, i18n } = useTranslation();
  const [search, setSearch] = useState("");
  const users = useQuery({ queryKey: ["users"], queryFn: listUsers });
  const isUnknown = users.error !== null && asProblem(users.error).status === 404;
  const sought = search.trim().toLowerCase();
  const shown = (users.data ?? []).filter((user) =>
    [user.name, user.login, ...user.roles.map(({ role }) => word(i18n, "role", role))]
      .join(" ")
      .toLowerCase()
      .includes(sought),
  );
  return (
    <Page
      title={t("people/title")}
      lead={users.data && t("people/lead", { count: users.data.length })}
    >
      {users.isPending && <Loading />}
      {isUnknown && <EmptyState title={t("people/notYet")} hint={t("people/notYetHint")} />}
      {users.error && !isUnknown && (
        <ProblemPanel error={users.error} onRetry={() => void users.refetch()} />
      )}
      {users.data?.length === 0 && <EmptyState title={t("people/empty")} />}
      {users.data && users.data.length > 0 && (
        <>
          <Input
            allowClear
            aria-label={t("people/search")}
            placeholder={t("people/search")}
            style={{ maxWidth: 320, marginBottom: 12 }}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <div className="panel-card people-box">
            <table className="people">
              <thead>
                <tr>
                  <th scope="col">{t("people/name")}</th>
                  <th scope="col">{t("people/login")}</th>
                  <th scope="col">{t("people/roles")}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((user) => (
                  <Person key={user.id} user={user} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Page>
  );
}

function Person({ user }: { user: User }) {
  return (
    <tr>
      <th scope="row">{user.name}</th>
      <td>{user.login}</td>
      <td>
        {user.roles
          .filter((grant) => !grant.revoked_at)
          .map((grant, index) => (
            <Held key={`${grant.role}-${index}`} grant={grant} />
          ))}
      </td>
    </tr>
  );
}

/** A role and where it holds, by the names of things rather than their ids. */
function Held({ grant }: { grant: RoleGrant }) {
  const { t, i18n } = useTranslation();
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  const study = useQuery({
    queryKey: ["study", grant.study],
    queryFn: ({ signal }) => readStudy(grant.study ?? "", { signal }),
    enabled: !!grant.study && !!grant.site,
    staleTime: 60_000,
  });
  const names = [
    word(i18n, "role", grant.role),
    grant.study
      ? (studies.data?.find((entry) => entry.id === grant.study)?.name ?? t("nav/study"))
      : t("people/scopeAll"),
    grant.site && (siteOf(study.data?.sites, grant.site)?.name ?? t("addSubject/site")),
  ];
  return <Tag className="held">{names.filter(Boolean).join(" · ")}</Tag>;
}
