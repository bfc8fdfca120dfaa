namespace ActorBrowser.Agents;

/// <summary>The processes and commands that worked for one session: only their crash reports are shown to it.</summary>
internal sealed class AgentChildren
{
    private const int MostKept = 4096;

    private readonly Lock _lock = new();
    private readonly HashSet<int> _processes = [];
    private readonly HashSet<ulong> _commands = [];
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;

    internal void Note(int process)
    {
        lock (_lock)
        {
            if (_processes.Count < MostKept)
                _processes.Add(process);
        }
    }

    /// <summary>Notes a command by its handle, which ends with its number.</summary>
    internal void Note(string handle)
    {
        lock (_lock)
        {
            if (_commands.Count < MostKept && ulong.TryParse(handle.AsSpan(handle.LastIndexOf('-') + 1), out var number))
                _commands.Add(number);
        }
    }

    internal bool IsOfSession(CrashReport report)
    {
        if (report.EndedAt < _since)
            return false;
        lock (_lock)
            return report.Role == Transport.CommandRunnerContract.Name ? report.InFlight.Any(_commands.Contains) : _processes.Contains(report.ProcessId);
    }
}
