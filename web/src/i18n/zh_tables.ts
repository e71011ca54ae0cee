// SPDX-License-Identifier: Apache-2.0
// The Chinese texts about tables for analysis.
export const zhTables = {
  tables: {
    title: "分析数据表",
    lead_other: "共 {{count}} 个研究中心，{{made}} 个已有数据表",
    nothingYet: "还没有研究中心生成过数据表",
    noRight: "您的角色不能导出数据",
    noRightHint: "分析数据表供可以导出本研究或其中某个研究中心的人员使用。",
    noSite: "还没有研究中心参与",
    noSiteHint: "每个参与本研究的研究中心都会生成数据表。",
    start: "立即生成数据表",
    run: "最近一次运行",
    noSchedule: "目前只在有人要求时生成数据表。",
    files: "各研究中心的数据表",
    filesHint:
      "CSV 和 SQL 文件，附每个数值的来源。未纳入的内容及原因见 problems.csv。每次下载都会记入稽查轨迹。",
    site: "研究中心",
    made: "生成时间",
    older: "由较早的运行生成",
    forms: "已完成表单",
    responses: "患者答卷",
    rows: "重复组的行",
    values: "数值",
    leftOut: "{{number}} 未纳入",
    open: "{{number}} 份未完成",
    fetch: "下载文件",
    fetchOf: "下载文件：{{site}}",
    notMade: "尚未生成",
  },
};
