// SPDX-License-Identifier: Apache-2.0
import type { ThemeConfig } from "antd";

/** Every text colour keeps a contrast of 4.5:1 on white and on the page's grey. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: "#0b4f9e",
    colorLink: "#0b4f9e",
    colorInfo: "#0b4f9e",
    colorSuccess: "#2a6f2e",
    colorWarning: "#9a5200",
    colorError: "#b3261e",
    // The grounds are given too: derived from text colours this dark, they would come out muddy.
    colorWarningBg: "#fff6e5",
    colorWarningBorder: "#efc681",
    colorErrorBg: "#fdeeed",
    colorErrorBorder: "#eab0ac",
    colorInfoBg: "#eaf2fd",
    colorInfoBorder: "#a9c9ef",
    colorSuccessBg: "#eaf6eb",
    colorSuccessBorder: "#a8d5ab",
    colorPrimaryBg: "#e4eefb",
    colorText: "#17212e",
    colorTextSecondary: "#445061",
    colorTextTertiary: "#566274",
    colorTextDescription: "#566274",
    colorTextPlaceholder: "#667080",
    colorTextDisabled: "#667080",
    colorBgLayout: "#f3f5f8",
    colorBorder: "#c3cad4",
    borderRadius: 6,
    fontSize: 14,
    fontFamily:
      '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, -apple-system, "Segoe UI", sans-serif',
    motionDurationSlow: "0.15s",
    motionDurationMid: "0.1s",
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff", headerPadding: "0 16px", headerHeight: 56 },
    Menu: { itemSelectedBg: "#e4eefb", itemSelectedColor: "#0b4f9e" },
    Card: { bodyPadding: 16, headerHeight: 44 },
  },
};
