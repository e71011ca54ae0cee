// SPDX-License-Identifier: Apache-2.0
// The Chinese texts about what patients submit.
export const zhResponses = {
  responses: {
    title: "患者作答",
    one: "提交",
    empty: "尚未提交",
    emptyHint: "患者提交的内容及其评分和报告会显示在这里。",
    late: "（逾期）",
    version: "版本 {{version}}",
    raised: "已触发警示：{{rules}}",
    scores: "评分",
    noScores: "此问卷没有评分。",
    noValue: "无法计算",
    alerts: "警示",
    noAlerts: "没有回答触发警示。",
    taken: "已处理：",
    open: "尚无人处理",
    report: "报告",
    reportWaits: "报告正在生成，完成后会自动显示在这里。",
    fetch: "下载报告（PDF）",
    fetchHint: "每次下载都会记入稽查轨迹。",
    madeAt: "生成时间",
    digest: "摘要（SHA-256）",
    mails: "发给研究医生的邮件",
    noMail: "尚未通知任何人。",
  },
  fate: {
    sent: "邮件服务器已接收",
    refused: "邮件服务器拒收",
    "try-later": "尚未接收",
    unknown: "是否送达不明",
  },
};
