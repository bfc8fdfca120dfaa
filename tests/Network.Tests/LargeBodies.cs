using System.Globalization;
using ActorBrowser.Transport;
using Xunit;
using Xunit.Abstractions;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class LargeBodies(ITestOutputHelper output)
{
    private const long Total = 1L << 30;
    private const int Window = 1 << 20;

    [Fact(Timeout = 300_000)]
    public async Task A_body_of_1_GiB_passes_through_a_child_whose_memory_stays_flat_and_whose_socket_stops_with_its_consumer()
    {
        var sent = 0L;
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.ContentLength = Total;
            var piece = new byte[256 << 10];
            for (; Interlocked.Read(ref sent) < Total; Interlocked.Add(ref sent, piece.Length))
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        });
        await using var child = await ChildSession.StartAsync();
        await child.FetchAsync(1, Request("http://127.0.0.1:1/"));
        var fetch = child.Start(2, Request(site.Root, credit: Window), static _ => { });
        var ahead = 0L;
        long early = 0;
        // A slow consumer: takes the next window only when the last one has arrived.
        for (var received = (long)Window; received < Total; received += Window)
        {
            await fetch.Received(received);
            Assert.Equal(received, fetch.Length);
            ahead = Math.Max(ahead, Interlocked.Read(ref sent) - received);
            if (received == 64L << 20)
                early = Memory(child, "VmRSS");
            child.Send(2, new Credit(Window));
        }
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(Total, fetch.End?.BodyBytes);
        var late = Memory(child, "VmRSS");
        output.WriteLine($"{fetch.End!.Value.TotalTime.TotalMilliseconds:0} ms; at most {ahead >> 10} KiB ahead of the consumer; RSS {early} KiB after 64 MiB, {late} KiB after 1 GiB, peak {Memory(child, "VmHWM")} KiB");
        // What the kernel may buffer for a connection, plus Kestrel's buffer and the child's one chunk.
        Assert.InRange(ahead, 0, MostInKernel() + (1 << 20));
        Assert.InRange(late, 0, early + (48 << 10));
    }

    private static long MostInKernel() => new[] { "tcp_rmem", "tcp_wmem" }.Sum(name =>
        long.Parse(File.ReadAllText("/proc/sys/net/ipv4/" + name).Split('\t')[2], CultureInfo.InvariantCulture));

    private static long Memory(ChildSession child, string line) => long.Parse(
        File.ReadLines($"/proc/{child.Process.Id}/status").First(l => l.StartsWith(line + ":", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);
}
