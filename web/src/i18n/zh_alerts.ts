// SPDX-License-Identifier: Apache-2.0
// The Chinese texts about answers that somebody has to look at.
export const zhAlerts = {
  alerts: {
    title: "警示",
    lead_other: "{{count}} 条警示尚无人处理",
    leadFull: "等待最久的 {{count}} 条警示；可能还有更多",
    hint: "有患者给出了危险的回答。请查看回答、采取措施，并写明您做了什么。最早的排在最前。",
    empty: "没有需要处理的警示",
    emptyHint: "患者给出危险的回答后，几秒内会显示在这里。",
    raised: "触发时间",
    overdue: "已超时：超过半小时无人处理",
    look: "查看回答",
    subject: "该受试者",
    take: "去处理",
    takeAt: "去处理：{{rule}}，{{site}}",
    dialog: "处理“{{rule}}”",
    dialogHint: "您的姓名、时间和这段文字将与警示一起永久保存。",
    note: "您做了什么？",
    save: "保存",
    gone: "已有其他人处理。",
    noRight: "您的角色不能查看患者的回答",
    noRightHint: "警示来自患者的回答。请联系在本研究中分配角色的人员。",
  },
};
