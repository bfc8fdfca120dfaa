using System.IO.MemoryMappedFiles;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>
/// Sections that cross a channel: what is sent arrives, a receiver cannot write, a sender's later writes change nothing, and a number that
/// names anything else is refused. Both ends are in this process, each with its side's way of passing.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("windows")]
public sealed partial class SectionSpecs
{
    private static readonly int Page = Environment.SystemPageSize;

    public static TheoryData<int> Lengths => [1, Page - 1, Page, Page + 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, Payload.Piece - 1, Payload.Piece, Payload.Piece + 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_payload_of_any_length_arrives_at_a_child_as_it_was_sent(int length)
    {
        var bytes = Bytes(length);
        using var parent = Parent();
        using var child = new OwnHandles();
        using var payload = PayloadAssembly.Begin(length, default, [child.Take(parent.Give(Payload.Share(bytes)))!], out var violation);
        Assert.Null(violation);
        Assert.True(payload!.IsComplete);
        Assert.True(payload.Bytes.Span.SequenceEqual(bytes));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void An_image_of_any_length_arrives_at_the_parent_as_it_was_sent(int length)
    {
        var bytes = Bytes(length);
        using var parent = Parent();
        using var child = new OwnHandles();
        using var taken = parent.Take(child.Give(Payload.Share(bytes)));
        using var memory = SharedMemory.OpenFrozen(taken!, length, out var problem);
        Assert.Null(problem);
        Assert.True(memory!.GetSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void A_length_beyond_the_section_is_refused_and_one_up_to_its_end_is_not()
    {
        foreach (var (told, isRefused) in new[] { (2 * Page, false), ((2 * Page) + 1, true), (int.MaxValue, true) })
        {
            using var section = SharedMemory.Create("spec", (2 * Page) - 1);
            using var payload = PayloadAssembly.Begin(told, default, [section.Share()], out var violation);
            Assert.Equal(isRefused, violation is not null);
            if (violation is not null)
            {
                Assert.Equal(ViolationKind.Descriptors, violation.Kind);
                Assert.Contains($"has {2 * Page} bytes", violation.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_receiver_may_read_and_not_write()
    {
        using var parent = Parent();
        using var child = new OwnHandles();
        using var received = child.Take(parent.Give(Payload.Share(Bytes(100))))!;
        using var reading = new MappedMemory(received, 100, writable: false);
        Assert.Equal(Bytes(100), reading.GetSpan().ToArray());
        Assert.Throws<SystemCallException>(() => new MappedMemory(received, 100, writable: true));
        Assert.Throws<SystemCallException>(() => SharedMemory.Write(received, Bytes(1)));
        // Nor can it make itself a handle that may.
        Assert.False(CanWiden(received));
    }

    [Fact]
    public void What_a_sender_writes_afterwards_changes_nothing()
    {
        using var parent = Parent();
        using var child = new OwnHandles();
        using var kept = SharedMemory.Create("hostile", 100);
        SharedMemory.Write(kept, Bytes(100));
        using var view = new MappedMemory(kept, 100, writable: true);
        using var taken = parent.Take(child.Give(WindowsSection.Duplicate(kept)))!;
        using var memory = SharedMemory.OpenFrozen(taken, 100, out _)!;
        view.GetSpan().Fill(0xff);
        Assert.Equal(Bytes(100), memory.GetSpan().ToArray());
    }

    [Fact]
    public void The_memory_of_bodies_is_written_by_the_child_and_read_by_the_parent()
    {
        using var parent = Parent();
        using var child = new OwnHandles();
        using var read = BodySlots.Create(2 * BodySlots.SlotBytes, out var forChild);
        using var written = BodySlots.Open(child.Take(parent.Give(forChild))!);
        Assert.True(written.Has(1) && !written.Has(2));
        Bytes(BodySlots.SlotBytes).CopyTo(written[1]);
        Assert.True(read[1].Span.SequenceEqual(Bytes(BodySlots.SlotBytes)));
        Assert.Equal(0, read[0].Span[^1]);
    }

    [Fact]
    public void A_number_that_names_no_section_of_the_paging_file_is_not_taken()
    {
        using var parent = Parent();
        foreach (var number in new[] { 0, -1, -2, -4, -6, int.MinValue, 1, 2, 3, 5, 0x7ffffffc, int.MaxValue })
            Assert.Null(parent.Take(number));
        using var signal = new ManualResetEvent(false);
        AssertNotTaken(signal.SafeWaitHandle);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 4096, FileOptions.DeleteOnClose))
        {
            file.SetLength(8192);
            AssertNotTaken(file.SafeFileHandle);
            using var mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            AssertNotTaken(mapped.SafeMemoryMappedFileHandle);
        }
        using var own = MemoryMappedFile.CreateNew(null, 4096);
        using var taken = parent.Take(Given(own.SafeMemoryMappedFileHandle));
        Assert.NotNull(taken);

        // It stays open at its owner: closing the last handle here could wait for a read of that owner.
        void AssertNotTaken(System.Runtime.InteropServices.SafeHandle handle)
        {
            var number = Given(handle);
            Assert.Null(parent.Take(number));
            Assert.True(WindowsSection.Close(number));
        }
    }

    [Fact]
    public void A_section_that_was_taken_is_closed_at_its_owner()
    {
        using var parent = Parent();
        using var own = MemoryMappedFile.CreateNew(null, 4096);
        var section = Given(own.SafeMemoryMappedFileHandle);
        using var taken = parent.Take(section);
        Assert.NotNull(taken);
        Assert.False(Handles.IsOpen(section));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(0x7ffffffc)]
    public async Task A_child_that_names_no_section_breaks_the_protocol(int number)
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, Environment.ProcessId);
        using var hostile = await Task.Run(() => NamedPipeEndpoint.Connect(endpoint.Name, endpoint.Secret, ChannelLimits.Default, Environment.ProcessId));
        using var channel = await accepting.WaitAsync(Launching.Patience);
        var closed = new Closing();
        channel.Start(closed);
        // Its Give only names the number of what it is given.
        hostile.Write(7, new RoleMessage(1, new byte[] { 1 }), [new SafeDescriptor(number)]);
        hostile.Flush();
        var end = await closed.Closed.WaitAsync(Launching.Patience);
        Assert.Equal((ChannelEnd.Violation, ViolationKind.Descriptors), (end.End, end.Violation!.Kind));
        Assert.Contains($"the handle {number}, which is no section", end.Violation.Message, StringComparison.Ordinal);
        Assert.Equal(0, closed.Frames);
    }

    [Fact]
    public async Task Frames_with_and_without_sections_cross_a_pipe_in_order()
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, Environment.ProcessId);
        using var child = await Task.Run(() => NamedPipeEndpoint.Connect(endpoint.Name, endpoint.Secret, ChannelLimits.Default, Environment.ProcessId));
        using var channel = await accepting.WaitAsync(Launching.Patience);
        var received = new Closing();
        child.Start(received);
        for (var i = 0; i < 100; i++)
        {
            var outcome = i % 3 == 0 ? channel.Write((ulong)i, new RoleMessage(1, new byte[i]), [Payload.Share(Bytes(i + 1)), Payload.Share(Bytes(Page + i))]) : channel.Write((ulong)i, new RoleMessage(1, new byte[i]));
            Assert.Equal(WriteOutcome.Queued, outcome);
            if (i % 7 == 0)
                channel.Flush();
        }
        channel.Flush();
        channel.CloseAfterDrain();
        await received.Reached(100).WaitAsync(Launching.Patience);
        Assert.Null(received.Wrong);
    }

    [Fact]
    public async Task Sections_given_before_one_that_cannot_be_do_not_stay_with_the_child()
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, Environment.ProcessId);
        using var child = await Task.Run(() => NamedPipeEndpoint.Connect(endpoint.Name, endpoint.Secret, ChannelLimits.Default, Environment.ProcessId));
        using var channel = await accepting.WaitAsync(Launching.Patience);
        var before = Handles.Open();
        for (var i = 0; i < 200; i++)
            Assert.Throws<SystemCallException>(() => channel.Write(7, new RoleMessage(1, new byte[] { 1 }), [Payload.Share(Bytes(10)), new SafeDescriptor(0x7ffffffc)]));
        Assert.InRange(Handles.Open() - before, int.MinValue, 100);
    }

    private static unsafe bool CanWiden(SafeDescriptor section)
    {
        const uint mayWrite = 2;
        nint widened;
        return DuplicateHandle(-1, section.Value, -1, &widened, mayWrite, 0, 0) != 0;
    }

    [System.Runtime.InteropServices.LibraryImport("kernel32")]
    private static unsafe partial int DuplicateHandle(nint sourceProcess, nint source, nint targetProcess, nint* target, uint access, int inherit, uint options);

    private static WindowsHandles Parent() => WindowsHandles.TryOpen(Environment.ProcessId)!;

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    // The parent closes what it takes: it gets another handle of the same object.
    private static int Given(System.Runtime.InteropServices.SafeHandle handle)
    {
        using var borrowed = new SafeDescriptor((int)handle.DangerousGetHandle());
        var copy = WindowsSection.Duplicate(borrowed);
        borrowed.SetHandleAsInvalid();
        var number = copy.Value;
        copy.SetHandleAsInvalid();
        return number;
    }

    private sealed class Closing : IFrameHandler
    {
        private readonly TaskCompletionSource<ChannelClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _wanted = int.MaxValue;

        internal Task<ChannelClosed> Closed => _closed.Task;

        internal int Frames { get; private set; }

        internal string? Wrong { get; private set; }

        internal Task Reached(int frames)
        {
            lock (_closed)
            {
                _wanted = frames;
                if (Frames >= frames)
                    _reached.TrySetResult();
            }
            return _reached.Task;
        }

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            var i = (int)frame.CorrelationId;
            var sections = frame.TakeDescriptors();
            var read = frame.TryRead<RoleMessage>(out var message) is null && message.Payload.Length == i;
            lock (_closed)
            {
                if (i != Frames || !read || sections.Length != (i % 3 == 0 ? 2 : 0) || sections.Where((section, at) => !Holds(section, at == 0 ? i + 1 : Page + i)).Any())
                    Wrong ??= $"frame {i} after {Frames} frames, with {sections.Length} sections";
                if (++Frames >= _wanted)
                    _reached.TrySetResult();
            }
            SafeDescriptor.DisposeAll(sections);
            return null;
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed) => _closed.TrySetResult(closed);

        private static bool Holds(SafeDescriptor section, int length)
        {
            using var memory = SharedMemory.OpenFrozen(section, length, out _);
            return memory is not null && memory.GetSpan().SequenceEqual(Bytes(length));
        }
    }
}
