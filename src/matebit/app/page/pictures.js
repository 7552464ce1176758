// Pictures that are no files yet: from the clipboard and from the camera.
const pictureIn = (files) => [...files].find((file) => file.type.startsWith("image/"));

// A pasted picture goes to where the last click or focus was: `place()` gives what takes it.
export const listenForPaste = (button, place, say) => {
  addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData?.files ?? []);
    if (!file) return;
    event.preventDefault();
    place()(file);
  });
  button.hidden = !navigator.clipboard?.read;
  button.addEventListener("click", async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const kind = item.types.find((type) => type.startsWith("image/"));
        if (kind) { place()(new File([await item.getType(kind)], "clipboard", { type: kind })); return; }
      }
      say("There is no picture in the clipboard.", true);
    } catch {
      say("The browser does not let this page read the clipboard; paste with the keyboard instead.", true);
    }
  });
};

// A dialog with the camera's live picture; `take` gets a PNG of it.
export const openCamera = (button, dialog, take, say) => {
  const video = dialog.querySelector("video");
  const end = () => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  };
  button.hidden = !navigator.mediaDevices?.getUserMedia;
  button.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } } });
    } catch {
      say("There is no camera that this page may use.", true);
      return;
    }
    dialog.showModal();
    await video.play();
  });
  dialog.addEventListener("close", end);
  dialog.querySelector("[data-take]").addEventListener("click", () => {
    const frame = document.createElement("canvas");
    [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
    frame.getContext("2d").drawImage(video, 0, 0);
    frame.toBlob((picture) => { dialog.close(); take(new File([picture], "camera.png", { type: "image/png" })); }, "image/png");
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
};
