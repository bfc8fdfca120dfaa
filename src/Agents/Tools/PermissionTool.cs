using System.Text.Json.Nodes;
using Akka.Actor;

namespace ActorBrowser.Agents;

/// <summary><c>request_permission</c>: asks for a host or a folder that the session's commands were not granted.</summary>
internal static class PermissionTool
{
    internal static AgentTool Definition { get; } = new(
        "request_permission", "Ask for a permission",
        "Asks the user, or the program that runs this session, to let commands reach a host or read a path that they were refused. Give exactly one of host and path, and why. A grant holds for commands started after it, until the session ends.",
        CallAsync)
    {
        Parameters =
        [
            new("host", ValueKind.Text, "A host's name, such as pypi.org, or its address.") { Least = 1, Most = 253 },
            new("port", ValueKind.Whole, "The host's port.") { Least = 1, Most = 65_535, Otherwise = 443 },
            new("path", ValueKind.Text, "An absolute path to read, with everything below it.") { Least = 1, Most = 4096 },
            new("reason", ValueKind.Text, "For the person who decides: what it is needed for, in one sentence.") { IsRequired = true, Least = 10, Most = 500 },
        ],
        Fields =
        [
            new("granted", ValueKind.Flag, "Whether it was granted."),
            new("sentence", ValueKind.Text, "Why not, or who has granted it."),
        ],
        IsIdempotent = true,
        IsOpenWorld = true,
    };

    private static async Task<ToolResult> CallAsync(ToolSession session, ToolArguments arguments, IToolProgress progress, CancellationToken cancellation)
    {
        // A command with a grant would be refused: nothing would keep it to the grant.
        if (OperatingSystem.IsWindows())
            throw new ToolException("There is nothing to grant on Windows: no sandbox keeps a command from a host or a path. Run the command as it is; what fails then was refused by Windows itself.");
        if (arguments.Has("host") == arguments.Has("path"))
            throw new ToolException("request_permission takes either host or path, exactly one of them.");
        var isHost = arguments.TryText("host", out var host);
        PermissionSubject subject = isHost ? PermissionAsked.HostOf(host!, (int)arguments.Whole("port")) : PermissionAsked.PathOf(arguments.Text("path"));
        if (session.Options.OnlyClientDecides && !progress.CanAsk)
            throw new ToolException($"Nobody can be asked: this client does not let a server ask its user. Do without it, or have a person restart the server with {PermissionAsked.OptionOf(subject)}.");
        var answer = await AskAsync(session, subject, arguments.Text("reason"), progress, cancellation).ConfigureAwait(false);
        var isGranted = answer.Decision != PermissionDecision.Deny;
        // Said only of what was granted: whether something exists outside its sandbox is nothing that an agent may find out by asking.
        if (isGranted && subject is PermissionSubject.File { Path: var path } && !Path.Exists(path))
            throw new ToolException($"It was granted, but nothing is at {Foreign.Line(path, 1000)}: the grant has no effect. Check the path.");
        if (isGranted && subject is PermissionSubject.File file)
            session.Grants.AllowPath(file.Path);
        else if (isGranted)
            session.Grants.AllowHost(PermissionAsked.RuleOf((PermissionSubject.Egress)subject));
        var sentence = VisibleText.Line(isGranted ? $"Granted by {answer.By}. Start the command again." : $"Denied: {(answer.Sentence.Length > 0 ? answer.Sentence : "no reason was given.")} Do without it, or ask the user.");
        return new ToolResult(sentence, new JsonObject { ["granted"] = isGranted, ["sentence"] = sentence });
    }

    private static async Task<PermissionAnswer> AskAsync(ToolSession session, PermissionSubject subject, string reason, IToolProgress progress, CancellationToken cancellation)
    {
        var life = await session.Browser.LifeAsync(cancellation).ConfigureAwait(false);
        var done = new TaskCompletionSource<PermissionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ask = new AskPermission(1, session.Grants.Session, session.Grants.Profile ?? "", "an agent's session", subject, $"The agent asks for it: {VisibleText.Line(reason)}", ActorRefs.Nobody);
        var text = $"May the agent's commands {VisibleText.Line(PermissionAsked.WhatOf(subject))}? It says: {VisibleText.Line(reason)}";
        var question = life.Start(GrantQuestion.Props(life.Browser, ask, (_, end) => progress.AskAsync(text, end), session.Options.OnlyClientDecides, done));
        try
        {
            return await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            question.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        }
    }
}
