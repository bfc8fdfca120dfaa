using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorBrowser.ClusterProof;

/// <summary>A browser node's process.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    internal const string QuickWord = "quick";

    private readonly Process _process;
    private readonly Network? _network;

    private NodeProcess(Process process, string name, Network? network) => (_process, Name, _network) = (process, name, network);

    /// <summary>Unique in a run.</summary>
    internal string Name { get; }

    internal int Pid => _process.Id;

    /// <summary>Its address in the cluster.</summary>
    internal string Address { get; private set; } = "";

    internal bool HasExited => _process.HasExited;

    internal static async Task<NodeProcess> StartAsync(string name, int number, Network? network, string seed, bool isQuick)
    {
        string[] program = [Environment.ProcessPath!, "node", name];
        var start = network is null ? new ProcessStartInfo(program[0], program[1..]) : new ProcessStartInfo("unshare", ["--net", "--", .. program]);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var node = new NodeProcess(Process.Start(start)!, name, network);
        await node.ReadAsync("waiting");
        var address = network is null ? "127.0.0.1" : await network.JoinAsync(number, node.Pid);
        await node._process.StandardInput.WriteLineAsync($"{address} {seed} {(isQuick ? QuickWord : "usual")}");
        await node._process.StandardInput.FlushAsync();
        node.Address = (await node.ReadAsync("started"))[1];
        return node;
    }

    internal IReadOnlyList<ProcessId> Descendants() => ProcessTree.Below(Pid);

    internal void Kill() => Signal(9);

    internal void Pause() => Signal(19);

    internal void Continue() => Signal(18);

    internal Task CutAsync() => _network!.CutAsync(Pid);

    internal Task HealAsync() => _network!.HealAsync(Pid);

    internal Task ExitAsync(TimeSpan most) => _process.WaitForExitAsync().WaitAsync(most);

    internal async Task StopAsync(TimeSpan most)
    {
        _process.StandardInput.Close();
        await ExitAsync(most);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Signal(int number)
    {
        if (Send(Pid, number) != 0)
            throw new InvalidOperationException($"The node {Name} cannot be signalled: errno {Marshal.GetLastPInvokeError()}.");
    }

    private async Task<string[]> ReadAsync(string word)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long) is { } line)
        {
            if (line.Split(' ') is var words && words[0] == word)
                return words;
        }
        throw new InvalidOperationException($"The node {Name} ended before it said '{word}'.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}

/// <summary>How long this program waits for what must happen.</summary>
internal static class Patience
{
    internal static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
}
