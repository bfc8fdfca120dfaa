using System.Diagnostics;

namespace ActorBrowser.Samples.Nodes;

/// <summary>A browser node's process, which this program has started.</summary>
internal sealed class NodeProcess : IDisposable
{
    internal const string ReadyWord = "ready";

    private readonly Process _process;

    private NodeProcess(Process process, string address, string page) => (_process, Address, Page) = (process, address, page);

    /// <summary>Its address in the cluster.</summary>
    internal string Address { get; }

    /// <summary>Its task manager.</summary>
    internal string Page { get; }

    /// <summary>Its process's id.</summary>
    internal int Pid => _process.Id;

    internal bool IsRunning => !_process.HasExited;

    internal static async Task<NodeProcess> StartAsync(string seed, string secret, string token, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["node", seed]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Command lines can be read by every user of the machine; environments only by this one.
        (start.Environment[Member.SecretVariable], start.Environment[Member.TokenVariable]) = (secret, token);
        var process = Process.Start(start)!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (line.Split(' ') is [ReadyWord, var address, var page])
                {
                    _ = ShowAsync(process.StandardOutput);
                    return new NodeProcess(process, address, page);
                }
                Console.WriteLine(line);
            }
            throw new InvalidOperationException("A node ended before it was ready.");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Lets the node leave: its work ends on it, or moves. Then it ends.</summary>
    internal async Task StopAsync(CancellationToken cancellation)
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
    }

    public void Dispose() => _process.Dispose();

    private static async Task ShowAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            Console.WriteLine(line);
    }
}
