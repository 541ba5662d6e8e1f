// The camera that reads a kiosk's QR. The browser's own reader where it has one, else the one beside it (qr, MIT), which
// is fetched only then. Whatever a QR says, only a path of ours is opened, on this server: a QR cannot lead elsewhere.
"use strict";
(() => {
  const root = document.querySelector("#scan");
  const words = root.dataset;
  const finder = root.querySelector(".finder");
  const video = root.querySelector("video");
  const line = root.querySelector(".said");
  const button = root.querySelector("[data-open]");
  const EVERY_MS = 200;
  const SIDE_PX = 720;
  const ENROL = /\/enrol\/([A-Z2-7]{26})\?key=([0-9a-f]{1,64})$/;
  const KIOSK = /\/kiosks\/([A-Z0-9][A-Z0-9-]{1,10})\/?$/;

  const say = (text) => { line.textContent = text; line.hidden = false; };

  const path = (text) => {
    const enrol = ENROL.exec(text);
    if (enrol) return `/enrol/${enrol[1]}?key=${enrol[2]}`;
    const kiosk = KIOSK.exec(text);
    return kiosk ? `/kiosks/${kiosk[1]}/` : "";
  };

  let reader;
  const readerOf = async () => {
    if (window.BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (canvas) => (await detector.detect(canvas))[0]?.rawValue || "";
    }
    const { default: decode } = await import(words.reader);
    return async (canvas) => {
      const { width, height } = canvas;
      try {
        return decode({ width, height, data: canvas.getContext("2d").getImageData(0, 0, width, height).data });
      } catch { // it says so when there is none in the picture
        return "";
      }
    };
  };

  const canvas = document.createElement("canvas");
  canvas.getContext("2d", { willReadFrequently: true });
  const read = async (source, width, height) => {
    const scale = Math.min(1, SIDE_PX / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
    reader ||= await readerOf();
    return reader(canvas);
  };

  const stop = () => { for (const track of video.srcObject?.getTracks() || []) track.stop(); };

  const open = (text) => {
    const found = path(text);
    if (!found) { say(words.strange); return false; }
    say(words.found);
    stop();
    location.assign(found);
    return true;
  };

  const look = async () => {
    const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight) : "";
    if (text && open(text)) return;
    if (video.srcObject?.active) setTimeout(look, EVERY_MS);
  };

  button.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      await video.play();
    } catch { // refused, none there, or a page without TLS, where there is no such thing
      say(words.denied);
      return;
    }
    finder.hidden = false;
    button.hidden = true;
    say(words.looking);
    look();
  });

  root.querySelector("#photo").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const picture = await createImageBitmap(file);
    const text = await read(picture, picture.width, picture.height);
    if (text) open(text); else say(words.none);
  });
  window.addEventListener("pagehide", stop);
})();
