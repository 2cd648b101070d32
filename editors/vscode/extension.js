// Starts `ray18 lsp` for the YAML files of a program and hands everything else to it.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const command = workspace.getConfiguration("ray18").get("command");
  const server = { command, args: ["lsp", "--stdio"] };
  client = new LanguageClient("ray18", "RAY-18", server, {
    documentSelector: [{ scheme: "file", language: "yaml" }],
  });
  await client.start();
};

exports.deactivate = () => client && client.stop();
