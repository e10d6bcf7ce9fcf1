/** Whom a page of one's own key speaks to, as the server wrote it into the page. */

/** Whether it is somebody of the firm, who signs in at Microsoft and whom nobody here tells to ring. */
export const isForStaff = (): boolean => document.getElementById("main")?.dataset["for"] === "staff"
