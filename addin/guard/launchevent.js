/*
 * The send guard. Outlook runs it when a person presses Outlook's own Send.
 *
 * At this step it allows every mail; it looks at nothing and asks nobody. It is here from the
 * start because a new event in the manifest needs the administrator's consent once more.
 *
 * Classic Outlook runs this file alone, in an engine without DOM, storage or imports: so it is
 * one file in plain ES2016, served as it lies. Everywhere else launchevent.html loads it.
 */
"use strict";

/**
 * Answers OnMessageSend. The name is the one the manifest gives.
 *
 * @param {Office.MailboxEvent} event - Must be completed, or Outlook holds the mail for 5 minutes.
 */
function onMessageSendHandler(event) {
  event.completed({ allowEvent: true });
}

// Outlook on the web wants onReady called before associate; classic Outlook never runs what waits
// for it. A page that loads but does not associate blocks the mail, even under SoftBlock.
if (typeof Office.onReady === "function") {
  Office.onReady();
}
Office.actions.associate("onMessageSendHandler", onMessageSendHandler);
