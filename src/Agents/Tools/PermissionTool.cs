using System.Globalization;
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
            new("host", ValueKind.Text, "A host's name, such as pypi.org.") { Least = 1, Most = 253 },
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
        if (arguments.Has("host") == arguments.Has("path"))
            throw new ToolException("request_permission takes either host or path, exactly one of them.");
        var rule = "";
        PermissionSubject subject;
        if (arguments.TryText("host", out var host))
        {
            rule = string.Create(CultureInfo.InvariantCulture, $"{host}:{arguments.Whole("port")}");
            if (host.AsSpan().IndexOfAny(" */!:") >= 0 || EgressRules.Problem([rule]) is not null)
                throw new ToolException($"host is '{Foreign.Line(host, 100)}'; it takes one host's name, without scheme, port or wildcard.");
            subject = new PermissionSubject.Egress(host.ToLowerInvariant(), (int)arguments.Whole("port"), EgressProtocol.Connect);
        }
        else
        {
            var path = arguments.Text("path");
            if (!Path.IsPathFullyQualified(path) || Path.GetFullPath(path) != path.TrimEnd('/') || path == "/")
                throw new ToolException($"path is '{Foreign.Line(path, 100)}'; it takes an absolute path below /, without . and .. parts.");
            subject = new PermissionSubject.File(path, FilePermission.Read);
        }
        var answer = await AskAsync(session, subject, arguments.Text("reason"), progress, cancellation).ConfigureAwait(false);
        var isGranted = answer.Decision != PermissionDecision.Deny;
        if (isGranted && subject is PermissionSubject.File file)
            session.Grants.AllowPath(file.Path);
        else if (isGranted)
            session.Grants.AllowHost(rule);
        var sentence = VisibleText.Line(isGranted ? $"Granted by {answer.By}. Start the command again." : $"Denied: {(answer.Sentence.Length > 0 ? answer.Sentence : "no reason was given.")} Do without it, or ask the user.");
        return new ToolResult(sentence, new JsonObject { ["granted"] = isGranted, ["sentence"] = sentence });
    }

    private static async Task<PermissionAnswer> AskAsync(ToolSession session, PermissionSubject subject, string reason, IToolProgress progress, CancellationToken cancellation)
    {
        var life = await session.Browser.LifeAsync(cancellation).ConfigureAwait(false);
        var done = new TaskCompletionSource<PermissionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ask = new AskPermission(1, session.Grants.Session, session.Grants.Profile ?? "", "an agent's session", subject, $"The agent asks for it: {VisibleText.Line(reason)}", ActorRefs.Nobody);
        var what = subject is PermissionSubject.Egress egress ? string.Create(CultureInfo.InvariantCulture, $"reach {egress.Host}:{egress.Port}") : $"read {((PermissionSubject.File)subject).Path} and everything below it";
        var question = life.Start(GrantQuestion.Props(life.Browser, ask, (_, end) => progress.AskAsync($"May the agent's commands {VisibleText.Line(what)}? It says: {VisibleText.Line(reason)}", end), done));
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
