using System.Threading;

namespace Akka.Util.Internal;

/// <summary>A counter that many threads may move.</summary>
public interface IAtomicCounter<T>
{
    T Current { get; }

    T Next();

    T GetAndIncrement();

    T IncrementAndGet();

    T GetAndAdd(T amount);

    T AddAndGet(T amount);

    void Reset();
}

/// <summary>An atomic counter of 32 bits; without an initial value the first <see cref="Next"/> is 0.</summary>
public class AtomicCounter(int initialValue) : IAtomicCounter<int>
{
    private int _value = initialValue;

    public AtomicCounter()
        : this(-1)
    {
    }

    public int Current => Volatile.Read(ref _value);

    public int Next() => Interlocked.Increment(ref _value);

    public int Decrement() => Interlocked.Decrement(ref _value);

    public int GetAndIncrement() => Next() - 1;

    public int IncrementAndGet() => Next();

    public int GetAndDecrement() => Decrement() + 1;

    public int DecrementAndGet() => Decrement();

    public int GetAndAdd(int amount) => AddAndGet(amount) - amount;

    public int AddAndGet(int amount) => Interlocked.Add(ref _value, amount);

    public void Reset() => Interlocked.Exchange(ref _value, 0);

    public int GetAndSet(int value) => Interlocked.Exchange(ref _value, value);

    public bool CompareAndSet(int expected, int newValue) =>
        Interlocked.CompareExchange(ref _value, newValue, expected) == expected;
}

/// <summary>An atomic counter of 64 bits; without an initial value the first <see cref="Next"/> is 0.</summary>
public class AtomicCounterLong(long value) : IAtomicCounter<long>
{
    private long _value = value;

    public AtomicCounterLong()
        : this(-1)
    {
    }

    public long Current => Interlocked.Read(ref _value);

    public long Next() => Interlocked.Increment(ref _value);

    public long GetAndIncrement() => Next() - 1;

    public long IncrementAndGet() => Next();

    public long DecrementAndGet() => Interlocked.Decrement(ref _value);

    public long GetAndAdd(long amount) => AddAndGet(amount) - amount;

    public long AddAndGet(long amount) => Interlocked.Add(ref _value, amount);

    public void Reset() => Interlocked.Exchange(ref _value, 0);

    public long GetAndSet(long value) => Interlocked.Exchange(ref _value, value);

    public bool CompareAndSet(long expected, long newValue) =>
        Interlocked.CompareExchange(ref _value, newValue, expected) == expected;

    public override string ToString() => Current.ToString();
}
