using System.CommandLine;
using ActorBrowser.Agents;

namespace ActorBrowser.Cli;

/// <summary><c>mcp</c>: the tools for agents, over the Model Context Protocol.</summary>
internal static class McpCommand
{
    // As many commands as all sessions together may keep.
    private const string Settings = "actorbrowser.commands.capacity = 16384";

    internal static Command Create()
    {
        var workspace = new Option<string?>("--workspace") { Description = "the folder in which commands start and write (default: a private one, deleted at the end)", HelpName = "D" };
        var profile = new Option<string?>("--profile") { Description = "the sandbox profile of commands", HelpName = "P" };
        var read = new Option<string[]>("--read") { Description = "a further path that commands may read; may be repeated", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
        var allow = ExecCommand.Hosts("--allow-host", "a host that commands may reach, such as example.org or *.example.org:443; may be repeated; the profile is then command-networked unless you name one");
        var deny = ExecCommand.Hosts("--deny-host", "a host that commands may not reach, which wins; may be repeated");
        var secrets = SecretOption.Create("a secret that commands can use for one host and neither they nor the model see; may be repeated");
        var privates = Options.Flag("let fetches and pages come from this machine and private networks, too", "--private-addresses");
        var http = Options.Whole("serve over HTTP on this port of 127.0.0.1 instead of standard input and output; 0 for a free one", 0, 65535, "--http");
        var token = new Option<string?>("--token-file") { Description = "with --http: a file of mode 0600 that holds the token (default: the variable ACTORBROWSER_MCP_TOKEN)", HelpName = "FILE" };
        var idle = Options.Seconds("with --http: end a session without an open request after this long (default 300)", "--idle-timeout");
        var command = new Command("mcp",
            """
            Serves tools for agents over the Model Context Protocol: reading the web, running commands. Over standard input and output
            for one client; with --http for many, each with its own session: cookies, pages, commands and folder.

            Exit codes: 0 when the client is gone; 2 the command line is wrong; 128 + n when signal n arrived.
            """)
        {
            workspace, profile, read, allow, deny, secrets, privates, http, token, idle,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new ToolSessionOptions
            {
                Workspace = parsed.GetValue(workspace) is { } folder ? FolderOf(folder) : null,
                Profile = parsed.GetValue(profile),
                Hosts = [.. parsed.GetValue(allow) ?? [], .. (parsed.GetValue(deny) ?? []).Select(static rule => "!" + rule)],
                Secrets = SecretsOf(parsed.GetValue(secrets), [.. parsed.GetValue(read) ?? [], .. parsed.GetValue(workspace) is { } start ? new[] { start } : []]),
                Read = [.. (parsed.GetValue(read) ?? []).Select(PathOf)],
                AllowPrivateAddresses = parsed.GetValue(privates),
                OnlyClientDecides = true,
            },
            parsed.GetValue(http), parsed.GetValue(token), TimeSpan.FromSeconds(parsed.GetValue(idle) ?? 300), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ToolSessionOptions options, int? port, string? tokenFile, TimeSpan idle, CancellationToken cancellation)
    {
        if (port is null && tokenFile is not null)
            throw new UsageException("--token-file needs --http.");
        if (OperatingSystem.IsWindows())
        {
            if (options.Hosts.Count > 0 || options.Read.Count > 0 || options.Secrets.Count > 0)
                throw new UsageException("--allow-host, --deny-host, --read and --secret need Linux: on Windows nothing keeps a command from files and hosts, so they would do nothing.");
            await Complaint.WriteAsync("on Windows nothing keeps this server's commands from your files, hosts and programs; a job ends them ('actorbrowser doctor' says what is missing)").ConfigureAwait(false);
        }
        // Standard output is the protocol's: what anything else prints goes to standard error.
        Console.SetOut(Console.Error);
        await using var browser = await CliBrowser.StartAsync(cancellation, Settings).ConfigureAwait(false);
        CheckProfile(options.Profile, browser);
        var client = BrowserClient.For(browser.Browser);
        if (port is { } given)
            return await McpHttpServer.RunAsync(client, options, given, McpToken.Read(tokenFile), idle, cancellation).ConfigureAwait(false);
        await using var session = ToolSession.Begin(client, options);
        await session.ServeAsync(Console.OpenStandardInput(), StandardOutput.Open(isError: false), cancellation).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static void CheckProfile(string? profile, CliBrowser browser)
    {
        if (profile is null)
            return;
        var profiles = ActorBrowserSettings.From(browser.System.Settings.Config).Sandbox;
        if (profiles.Find(profile) is not { MayExecute: true })
            throw new UsageException($"--profile takes a profile that may run commands, not '{profile}': {string.Join(", ", profiles.Profiles.Where(static one => one.MayExecute).Select(static one => one.Name))}.");
    }

    private static IReadOnlyList<CommandSecret> SecretsOf(string[]? texts, string[] granted)
    {
        try
        {
            var secrets = SecretOption.Read(texts, [.. granted.Select(PathOf)]);
            return SessionSecrets.Problem(secrets) is { } problem ? throw new UsageException(problem) : secrets;
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static string FolderOf(string folder)
    {
        var path = PathOf(folder);
        if (!Directory.Exists(path))
            throw new UsageException($"--workspace takes a folder; '{folder}' is none.");
        return CommandWorkspace.RefusalForAgents(path) is not { } refusal ? path : throw new UsageException($"--workspace cannot be '{folder}': {refusal}. Give the folder of one project.");
    }

    private static string PathOf(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"'{path}' is no path.");
        }
    }
}
