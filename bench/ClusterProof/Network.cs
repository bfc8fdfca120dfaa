using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ActorBrowser.ClusterProof;

/// <summary>
/// A bridge in this program's own network namespace, and a namespace with one end of a pair of virtual devices for each node. A node is cut
/// off by taking down the bridge's end.
/// </summary>
internal sealed class Network
{
    internal const string Variable = "ACTORBROWSER_PROOF_NETWORK";

    private const string Bridge = "proof0";
    private readonly ConcurrentDictionary<int, string> _devices = new();

    /// <summary>This program's address.</summary>
    internal static string Own => "10.77.0.1";

    /// <summary>Prepares the network. Null if this program was not started in a network namespace of its own, or may not change it.</summary>
    internal static async Task<Network?> PrepareAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) != "own")
            return null;
        try
        {
            await RunAsync("ip", "link set lo up");
            await RunAsync("ip", $"link add {Bridge} type bridge");
            await RunAsync("ip", $"addr add {Own}/16 dev {Bridge}");
            await RunAsync("ip", $"link set {Bridge} up");
            return new Network();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine($"proof: no networks of nodes: {e.Message}");
            return null;
        }
    }

    /// <summary>Connects a node that runs in a namespace of its own.</summary>
    /// <returns>Its address.</returns>
    internal async Task<string> JoinAsync(int number, int pid)
    {
        var device = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        var address = string.Create(CultureInfo.InvariantCulture, $"10.77.{1 + (number / 250)}.{1 + (number % 250)}");
        await RunAsync("ip", $"link add {device} type veth peer name eth0 netns {pid}");
        await RunAsync("ip", $"link set {device} master {Bridge} up");
        await RunAsync("nsenter", $"--net=/proc/{pid}/ns/net ip link set lo up");
        await RunAsync("nsenter", $"--net=/proc/{pid}/ns/net ip addr add {address}/16 dev eth0");
        await RunAsync("nsenter", $"--net=/proc/{pid}/ns/net ip link set eth0 up");
        _devices[pid] = device;
        return address;
    }

    internal Task CutAsync(int pid) => RunAsync("ip", $"link set {_devices[pid]} down");

    internal Task HealAsync(int pid) => RunAsync("ip", $"link set {_devices[pid]} up");

    private static async Task RunAsync(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments.Split(' ')) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {arguments}: {error.Trim()}");
    }
}
