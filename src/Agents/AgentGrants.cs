using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Agents;

/// <summary>What the commands of one session may reach: what the session began with, and what was granted since.</summary>
internal sealed class AgentGrants(ToolSessionOptions options)
{
    private const int Most = 100;

    private readonly Lock _lock = new();
    private readonly List<string> _hosts = [];
    private readonly List<string> _paths = [];

    /// <summary>The session's name for the permission broker: no command has it.</summary>
    internal string Session { get; } = $"agent-{Guid.NewGuid():N}";

    /// <summary>The profile of the next command.</summary>
    internal string? Profile
    {
        get
        {
            lock (_lock)
                return options.Profile ?? (options.Hosts.Count + options.Secrets.Count + _hosts.Count > 0 ? CommandRunners.Networked : null);
        }
    }

    internal Spawn AddTo(Spawn spawn)
    {
        lock (_lock)
        {
            string[] hosts = [.. options.Hosts, .. _hosts];
            return spawn with
            {
                Profile = Profile,
                Egress = hosts.Length > 0 ? hosts : null,
                Secrets = options.Secrets,
                Read = [.. options.Read, .. _paths],
            };
        }
    }

    internal void AllowHost(string rule) => Add(_hosts, rule);

    internal void AllowPath(string path) => Add(_paths, path);

    /// <summary>The session has ended, and what the broker remembers of it.</summary>
    internal async Task ForgetAsync(BrowserClient browser)
    {
        try
        {
            (await browser.LifeAsync(CancellationToken.None).ConfigureAwait(false)).Browser.Tell(new ForgetSession(Session), ActorRefs.NoSender);
        }
        catch (BrowserStoppedException)
        {
            // It remembers nothing.
        }
    }

    private void Add(List<string> list, string item)
    {
        lock (_lock)
        {
            if (list.Contains(item))
                return;
            if (list.Count >= Most)
                throw new ToolException($"{Most} grants were given in this session already, as many as it may have.");
            list.Add(item);
        }
    }
}
