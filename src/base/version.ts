/** The version of Millrace: that of package.json, which a test compares with it. */
export const VERSION = "0.1.0";
