//! rust-analyzer, to which a crate is open, over the Language Server Protocol.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The version of which answers are known; others may look for words in other ways.
pub const VERSION: &str = "rust-analyzer 1.95.";

/// How long it may be silent: at first it builds what the crate needs.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct Server {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    requests: u64,
    version: u64,
    file: String,
    pub text: String,
}

/// A place in the source, as the protocol has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub character: usize,
}

impl Server {
    /// Opens a file of the crate in `folder`; None where there is no rust-analyzer of the version that is tested.
    pub fn start(folder: &Path, file: &str) -> Option<Server> {
        let asked = Command::new("rust-analyzer").arg("--version").output();
        if !String::from_utf8_lossy(&asked.ok()?.stdout).starts_with(VERSION) {
            return None;
        }
        let mut process = Command::new("rust-analyzer")
            .current_dir(folder)
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (to, out) = (process.stdin.take()?, process.stdout.take()?);
        let (sender, from) = channel();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            while let Some(message) = read(&mut out) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("the file is read");
        let mut server = Server {
            process,
            to,
            from,
            requests: 0,
            version: 0,
            file: address(&path),
            text,
        };
        server.open(folder);
        Some(server)
    }

    fn open(&mut self, folder: &Path) {
        let capabilities = json!({
            "experimental": { "serverStatusNotification": true },
            "textDocument": { "diagnostic": {}, "hover": { "contentFormat": ["markdown"] } },
        });
        let options = json!({
            "cargo": { "targetDir": folder.join("target"), "sysrootSrc": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editor/library") },
            "procMacro": { "server": macro_server() },
            "checkOnSave": false,
            "cachePriming": { "enable": false },
        });
        let parameters = json!({
            "processId": std::process::id(),
            "rootUri": address(folder),
            "capabilities": capabilities,
            "initializationOptions": options,
        });
        self.request("initialize", parameters);
        self.notify("initialized", json!({}));
        let document =
            json!({ "uri": self.file, "languageId": "rust", "version": 0, "text": self.text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        while !self.is_ready() {}
    }

    /// Waits for the next message: whether it says that all is loaded.
    fn is_ready(&mut self) -> bool {
        let message = self.next();
        message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true
    }

    /// The file with another text.
    pub fn change(&mut self, text: String) {
        self.version += 1;
        let document = json!({ "uri": self.file, "version": self.version });
        let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.text = text;
        self.notify("textDocument/didChange", change);
    }

    fn notify(&mut self, method: &str, parameters: Value) {
        self.send(json!({ "method": method, "params": parameters }));
    }

    pub fn request(&mut self, method: &str, parameters: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(json!({ "id": id, "method": method, "params": parameters }));
        loop {
            let mut message = self.next();
            if message["id"] == id && message["method"].is_null() {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
        }
    }

    /// A request about a place in the file.
    pub fn ask(&mut self, method: &str, at: Place, more: Value) -> Value {
        let mut parameters = json!({
            "textDocument": { "uri": self.file },
            "position": { "line": at.line, "character": at.character },
        });
        if let (Some(all), Value::Object(more)) = (parameters.as_object_mut(), more) {
            all.extend(more);
        }
        self.request(&format!("textDocument/{method}"), parameters)
    }

    /// Where the errors of macros stand: each is a `compile_error!`, which without `core` is a macro that is not found.
    pub fn errors(&mut self) -> Vec<Place> {
        let document = json!({ "textDocument": { "uri": self.file } });
        let report = self.request("textDocument/diagnostic", document);
        let items = report["items"].as_array().expect("a full report");
        let is_error = |d: &&Value| {
            let message = d["message"].as_str().unwrap_or_default();
            d["code"] == "macro-error" || message.contains("compile_error")
        };
        let errors = items.iter().filter(is_error);
        errors.map(|d| start(&d["range"])).collect()
    }

    /// The words of this file at the ranges that an answer holds.
    pub fn words(&self, answer: &Value) -> Vec<Place> {
        let here = |l: &&Value| l["uri"] == self.file.as_str();
        let locations = answer.as_array().map_or(&[][..], |all| all);
        let mut places: Vec<Place> = locations
            .iter()
            .filter(here)
            .map(|l| start(&l["range"]))
            .collect();
        places.sort();
        places
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it listens");
        self.to.flush().expect("it listens");
    }

    /// The next message. What the server asks for is answered with nothing.
    fn next(&mut self) -> Value {
        let message = self.from.recv_timeout(PATIENCE).expect("an answer");
        if !message["method"].is_null() && !message["id"].is_null() {
            self.send(json!({ "id": message["id"], "result": null }));
        }
        message
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where a range of the protocol begins.
pub fn start(range: &Value) -> Place {
    let number = |of: &str| range["start"][of].as_u64().expect("a number") as usize;
    Place {
        line: number("line"),
        character: number("character"),
    }
}

fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The server of macros of this toolchain: without the sources of `std`, which would be installed for it, it is not looked for.
fn macro_server() -> PathBuf {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = output.expect("rustc runs").stdout;
    let sysroot = String::from_utf8(sysroot).expect("a path");
    Path::new(sysroot.trim()).join("libexec/rust-analyzer-proc-macro-srv")
}

/// One message: headers, an empty line, and as many bytes as a header says.
fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", n)) => length = n.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
