using System.Security.Cryptography;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>A file at a command's standard input: every byte arrives, and the command has no way to change the file.</summary>
public sealed class InputFileSpecs() : CommandSpecs("")
{
    // Each attack is tried, and its end printed: as another user changes nothing anyway.
    private const string Attacks =
        """
        import fcntl, os, sys
        def attempt(name, act):
            try:
                act()
                print(name, "worked")
            except (OSError, AttributeError) as e:
                print(name, "refused")
        attempt("mode", lambda: os.fchmod(0, 0o777))
        attempt("mode-by-path", lambda: os.chmod("/proc/self/fd/0", 0o777))
        attempt("times", lambda: os.utime(0, (1, 1)))
        attempt("attribute", lambda: os.setxattr(0, "user.x", b"y"))
        attempt("write", lambda: os.write(0, b"changed"))
        attempt("write-again", lambda: os.write(os.open("/proc/self/fd/0", os.O_WRONLY | os.O_NONBLOCK), b"changed"))
        attempt("cut", lambda: os.ftruncate(0, 0))
        attempt("lock", lambda: fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB))
        attempt("position", lambda: os.lseek(0, 0, 2))
        print("done")
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-input-").FullName;

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, recursive: true);
    }

    private string FileOf(byte[] content)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }

    private static SafeDescriptor Open(string path, FileAccess access = FileAccess.Read)
    {
        using var file = new FileStream(path, FileMode.Open, access, FileShare.ReadWrite);
        return DuplicateOf(file);
    }

    private static SafeDescriptor DuplicateOf(FileStream file)
    {
        using var borrowed = new SafeDescriptor((int)file.SafeFileHandle.DangerousGetHandle());
        try
        {
            return DescriptorFlags.Duplicate(borrowed);
        }
        finally
        {
            borrowed.SetHandleAsInvalid();
        }
    }

    // A program outside of the sandbox.
    private static async Task<string> ShellAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.TrimEnd();
    }

    private static Spawn With(SafeDescriptor input, params string[] arguments) => new([.. arguments.Select(static one => (CommandText)one)]) { Input = CommandInput.Descriptor, InputDescriptor = input };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((64 << 10) - 1)]
    [InlineData(64 << 10)]
    [InlineData((64 << 10) + 1)]
    [InlineData(10 << 20)]
    public async Task Every_byte_of_a_file_arrives(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var input = Open(FileOf(content));
        var ended = await RunAsync(With(input, "sha256sum"));
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(content)), ended.Output.ToString(), StringComparison.Ordinal);
        await ProcessTable.Until(() => input.IsClosed, Deadline.Long);
    }

    [FactNeeds("python3")]
    public async Task A_command_cannot_change_the_file_not_even_if_it_was_opened_for_writing()
    {
        foreach (var access in new[] { FileAccess.Read, FileAccess.ReadWrite })
        {
            var path = FileOf("content\n"u8.ToArray());
            await ShellAsync("chmod", "600", path);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(40));
            var before = await StateOfAsync(path);
            var ended = await RunAsync(With(Open(path, access), "python3", "-c", Attacks));
            Assert.Contains("done", ended.Output.ToString(), StringComparison.Ordinal);
            Assert.Contains("position refused", ended.Output.ToString(), StringComparison.Ordinal);
            Assert.Equal(before, await StateOfAsync(path));
        }
    }

    // With the time of the last change of the inode, which no program can set.
    private static async Task<(string, DateTime, string, (long, uint))> StateOfAsync(string path)
    {
        using var file = Open(path);
        return (await ShellAsync("stat", "-c", "%a", path), File.GetLastWriteTimeUtc(path), File.ReadAllText(path), PathProbe.Look(file.Value)!.Value.Changed);
    }

    [Fact]
    public async Task A_command_reads_on_from_the_position_of_the_file_which_does_not_move()
    {
        using var file = new FileStream(FileOf("first second third"u8.ToArray()), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        Assert.Equal(6, file.Read(new byte[6]));
        Assert.Equal("second third", (await RunAsync(With(DuplicateOf(file), "cat"))).Output.ToString());
        Assert.Equal("second third", (await RunAsync(With(DuplicateOf(file), "cat"))).Output.ToString());
        Assert.Equal(6, file.Position);
        Assert.Equal("second", new StreamReader(file).ReadToEnd()[..6]);
    }

    [Fact]
    public async Task A_command_that_does_not_read_ends_and_the_file_is_closed()
    {
        var input = Open(FileOf(new byte[10 << 20]));
        Assert.Equal(0, (await RunAsync(With(input, "true"))).Exit!.ExitCode);
        await ProcessTable.Until(() => input.IsClosed, Deadline.Long);
    }

    [Fact]
    public async Task A_refused_command_closes_its_file()
    {
        var input = Open(FileOf(new byte[10 << 20]));
        await RefusedAsync(With(input, "/nothing/here"));
        await ProcessTable.Until(() => input.IsClosed, Deadline.Long);
    }

    [Fact]
    public async Task A_file_opened_only_for_writing_cannot_be_read_or_written()
    {
        var path = FileOf("kept"u8.ToArray());
        var ended = await RunAsync(With(Open(path, FileAccess.Write), "sh", "-c", "cat; (echo changed >&0); echo over"));
        Assert.Contains("Bad file descriptor", ended.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("over\n", ended.Output.ToString());
        Assert.Equal("kept", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task The_null_device_is_that_of_the_world_whose_mode_does_not_change()
    {
        var ended = await RunAsync(With(Open("/dev/null"), "sh", "-c", "readlink /proc/self/fd/0; cat; chmod 666 /dev/stdin 2>&1 || echo refused; chmod 666 /dev/null 2>&1 || echo refused"));
        Assert.StartsWith("/dev/null\n", ended.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, ended.Output.ToString().Split("refused\n").Length - 1);
    }

    [Fact]
    public async Task An_endless_device_is_read_as_far_as_the_command_reads()
    {
        var input = Open("/dev/zero");
        Assert.Equal("1000000\n", (await RunAsync(With(input, "sh", "-c", "head -c 1000000 | wc -c"))).Output.ToString());
        await ProcessTable.Until(() => input.IsClosed, Deadline.Long);
    }

    [Fact]
    public async Task A_named_pipe_is_passed_on_and_its_mode_does_not_change()
    {
        var path = Path.Combine(_folder, "pipe");
        await ShellAsync("mkfifo", "-m", "600", path);
        using var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var input = Open(path);
        var cat = await SpawnAsync(With(input, "sh", "-c", "chmod 777 /proc/self/fd/0; cat"));
        for (var piece = 0; piece < 5; piece++)
            await writer.WriteAsync(Encoding.ASCII.GetBytes(new string((char)('a' + piece), 5000)));
        writer.Dispose();
        var ended = await EndOfAsync(cat);
        Assert.Equal(string.Concat(Enumerable.Range('a', 5).Select(static letter => new string((char)letter, 5000))), ended.Output.ToString());
        Assert.Equal("600", await ShellAsync("stat", "-c", "%a", path));
        await ProcessTable.Until(() => input.IsClosed, Deadline.Long);
    }

    // Reading a process's memory at 0 fails with EIO, also where the file is opened without fault.
    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_is_told()
    {
        var ended = await RunAsync(With(Open("/proc/self/mem"), "cat"));
        Assert.Equal("", ended.Output.ToString());
        Assert.StartsWith("ActorBrowser: The command's standard input ends early, after byte 0 of the file: read failed", ended.Error.ToString(), StringComparison.Ordinal);
    }
}
