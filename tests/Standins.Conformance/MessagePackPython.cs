using System.Buffers;
using System.Diagnostics;
using System.Text;
using MessagePack;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>
/// The same values written and read by another implementation, Debian's python3-msgpack.
/// A line of text describes each value; MessagePackInterop/crosscheck.py turns bytes into lines and lines into bytes.
/// </summary>
public sealed class MessagePackPython
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Python_reads_what_we_write()
    {
        var values = Corpus();
        var bytes = Packed.Bytes((ref writer) =>
        {
            foreach (var value in values)
                MessagePackValue.Write(ref writer, value);
        });

        var lines = Encoding.UTF8.GetString(await Run("describe", bytes)).TrimEnd('\n').Split('\n');

        Assert.Equal(values.Select(MessagePackValue.Describe), lines);
    }

    [Fact]
    public async Task We_read_what_Python_writes_and_it_is_what_we_would_have_written()
    {
        var values = Corpus();
        var lines = string.Join('\n', values.Select(MessagePackValue.Describe));

        var bytes = await Run("produce", Encoding.UTF8.GetBytes(lines));

        ReadAndCompare(values, new ReadOnlySequence<byte>(bytes));
        ReadAndCompare(values, Packed.Cut(bytes, Enumerable.Range(1, bytes.Length / 127).Select(i => i * 127)));
        var ours = Packed.Bytes((ref writer) =>
        {
            foreach (var value in values)
                MessagePackValue.Write(ref writer, value);
        });
        Assert.True(bytes.AsSpan().SequenceEqual(ours), $"The bytes differ after the first {bytes.AsSpan().CommonPrefixLength(ours)}.");
    }

    private static void ReadAndCompare(List<object?> values, ReadOnlySequence<byte> sequence)
    {
        var reader = new MessagePackReader(sequence);
        foreach (var value in values)
            Assert.Equal(MessagePackValue.Describe(value), MessagePackValue.Describe(MessagePackValue.Read(ref reader)));
        Assert.True(reader.End);
    }

    private static List<object?> Corpus()
    {
        var random = new Random(20240229);
        List<object?> values = [null, true, false, 0.0, -0.0, 1.5, double.MaxValue, double.Epsilon, double.NegativeInfinity];
        for (var bit = 0; bit < 64; bit++)
        {
            foreach (var near in new[] { -1, 0, 1 })
            {
                values.Add((1UL << bit) + (ulong)near);
                values.Add(unchecked(-(1L << bit) + near));
            }
        }

        foreach (var length in new[] { 0, 1, 31, 32, 255, 256, 65535, 65536 })
        {
            values.Add(new string('x', length));
            values.Add(string.Concat(Enumerable.Repeat("日😀é", length / 9)));
            values.Add(RandomBytes(random, length));
            values.Add(new ExtensionResult((sbyte)random.Next(0, 128), RandomBytes(random, length)));
        }

        foreach (var length in new[] { 2, 3, 4, 5, 8, 9, 16, 17 })
            values.Add(new ExtensionResult((sbyte)random.Next(0, 128), RandomBytes(random, length)));
        foreach (var length in new[] { 0, 15, 16, 65535, 65536 })
        {
            values.Add(Enumerable.Repeat<object?>((ulong)7, length).ToArray());
            values.Add(Enumerable.Range(0, length).Select(i => new KeyValuePair<string, object?>("k" + i, null)).ToArray());
        }

        foreach (var days in new[] { -700_000, -1, 0, 1, 20_000, 49_711, 198_841, 198_842, 2_900_000 })
        {
            values.Add(DateTime.UnixEpoch.AddDays(days));
            values.Add(DateTime.UnixEpoch.AddDays(days).AddTicks(1_234_567));
        }

        for (var i = 0; i < 2000; i++)
            values.Add(RandomValue(random, 4));

        return values;
    }

    private static object? RandomValue(Random random, int depth) => random.Next(depth > 0 ? 10 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => (ulong)random.NextInt64() >> random.Next(64),
        3 => -(random.NextInt64() >> random.Next(63)) - 1,
        4 => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)),
        5 => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => char.ConvertFromUtf32(random.Next(0x20, 0xd800) + (random.Next(4) == 0 ? 0x10000 : 0)))),
        6 => RandomBytes(random, random.Next(300)),
        7 => Enumerable.Range(0, random.Next(20)).Select(_ => RandomValue(random, depth - 1)).ToArray(),
        8 => Enumerable.Range(0, random.Next(20)).Select(i => new KeyValuePair<string, object?>(i + "é", RandomValue(random, depth - 1))).ToArray(),
        _ => DateTime.UnixEpoch.AddTicks(random.NextInt64(-600_000_000_000_000_000, 2_500_000_000_000_000_000)),
    };

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> Run(string mode, byte[] input)
    {
        Assert.True(File.Exists(Python), $"{Python} is missing: this test needs Debian's packages python3 and python3-msgpack (apt-get install python3-msgpack).");
        using var timeout = new CancellationTokenSource(Patience);
        using var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "MessagePackInterop", "crosscheck.py"), mode])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            using var output = new MemoryStream();
            var copying = process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
            var feeding = Feed(process, input, timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            await copying;
            var complaint = await errors;
            Assert.True(process.ExitCode == 0, $"{Python} crosscheck.py {mode} ended with {process.ExitCode}: {complaint}");
            await feeding;
            return output.ToArray();
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task Feed(Process process, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The script ended before it read everything: its exit code and error text say why.
        }
    }
}
