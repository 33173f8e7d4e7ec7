// Makes the worksheet more comfortable. Every task works without it.
"use strict";
(() => {
  const form = document.querySelector("form[data-save]");
  if (!form) return;
  const id = (name) => document.getElementById(name);
  const say = (text) => { id("simpan").textContent = text; };
  const dirty = new Set(), stopped = new Set();
  let timer, busy, leaving;
  const rowOf = (el) => el.closest("[data-row]");
  const input = (row, name) => row.querySelector(`[name="${row.id}.${name}"]`);
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };

  async function save() {
    const rows = [...dirty].filter((r) => !stopped.has(r));
    if (busy || leaving || !rows.length) return;
    busy = true;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const row = rowOf(form.elements[name][0] || form.elements[name]);
      if (rows.includes(row) && !/\.(berkas|tautan|judul)$/.test(name)) body.append(name, value);
    }
    rows.forEach((r) => dirty.delete(r));
    let again = 1500, trouble = "Sambungan terputus. Isian masih di halaman ini dan dicoba lagi.";
    try {
      const res = await fetch(form.dataset.save, { method: "POST", body });
      trouble = res.redirected || res.status < 500
        ? "Sesi Anda berakhir. Isian masih di halaman ini: tekan Simpan draf, lalu masuk lagi."
        : "Belum tersimpan. Isian masih di halaman ini: tekan Simpan draf.";
      const sheet = await res.json();
      for (const r of rows) if (sheet.rows[r.id]) update(r, sheet.rows[r.id]);
      say(sheet.status);
      id("terisi").textContent = sheet.filled;
    } catch {
      rows.forEach((r) => dirty.add(r));
      say(trouble);
      again = 15000;
    }
    busy = false;
    if (dirty.size) later(again);
  }

  function update(r, got) {
    if (got.stopped) {
      stopped.add(r);
      return note(r, got.stopped);
    }
    input(r, "versi").value = got.version;
    input(r, "awal").value = got.shown;
    [id(r.id + "-hasil").innerHTML, id(r.id + "-gambar").innerHTML] = got.result.split("|");
    r.querySelector(".source-mark")?.remove();
    const why = r.querySelector("[data-why]");
    why.open ||= !!got.why;
    why.querySelector("p").textContent = got.why || "";
    note(r, Object.values(got.problems || {}).join(" "));
  }

  function note(r, text) {
    let p = r.querySelector("[data-note]");
    if (!p) {
      p = document.createElement("p");
      p.className = "message";
      p.dataset.note = "";
      p.setAttribute("role", "status");
      id(r.id + "-hasil").before(p);
    }
    p.textContent = text;
  }

  form.oninput = (e) => {
    const r = rowOf(e.target);
    if (!r || e.target.type === "file") return;
    dirty.add(r);
    later(1500);
  };
  form.onchange = (e) => { if (e.target.dataset.upload) upload(e.target); };
  form.onsubmit = () => { leaving = true; };
  onpageshow = () => { leaving = false; };
  onbeforeunload = (e) => { if (dirty.size && !leaving) e.preventDefault(); };

  onkeydown = (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "s") {
      e.preventDefault();
      return save();
    }
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[e.key];
    const cells = [...form.querySelectorAll("[inputmode], select")];
    const at = cells.indexOf(e.target);
    if (!step || at < 0 || (e.target.type === "select-one" && e.key !== "Enter")) return;
    e.preventDefault();
    cells[at + step]?.focus();
    cells[at + step]?.select?.();
  };

  function upload(file) {
    const r = rowOf(file), bar = document.createElement("progress");
    if (!file.files[0]) return;
    bar.className = "upload";
    bar.ariaLabel = "Mengunggah";
    file.after(bar);
    const data = new FormData();
    data.append("berkas", file.files[0]);
    if (input(r, "pernyataan").checked) data.append("pernyataan", "ya");
    const x = new XMLHttpRequest();
    const end = (text) => { bar.remove(); note(r, text); };
    x.open("POST", file.dataset.upload);
    x.responseType = "document";
    x.upload.onprogress = (e) => { bar.value = e.loaded / e.total; };
    x.onerror = () => end("Unggahan terputus. Pilih berkasnya sekali lagi.");
    x.onload = () => {
      const list = x.response.getElementById(r.id + "-bukti");
      if (x.status > 299 || !list) return end(x.response.querySelector("[role=alert] li, main p")?.textContent);
      id(list.id).replaceWith(list);
      file.value = "";
      end("");
    };
    x.send(data);
  }
})();
