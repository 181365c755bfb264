/** What the kernels of a backend make and borrow while they run, so that one that fails leaves nothing behind. */
import type { TensorInfo } from '@tensorflow/tfjs';

/** The kernels of a backend that are running, one inside another; `Borrowed` is a piece of its memory. */
export class KernelScope<Borrowed = never> {
  /** Tensors that the running kernel has made and shared, and memory that it has borrowed. */
  private made: TensorInfo[] | null = null;
  private borrowed: Borrowed[] = [];

  /**
   * @param dispose  disposes a tensor's data, since no one else knows a tensor of a kernel that failed
   * @param takeBack takes memory back; later kernels may use it, since they run after the one that has just been started
   */
  constructor(
    private readonly dispose: (dataId: object) => void,
    private readonly takeBack: (borrowed: Borrowed) => void = () => {},
  ) {}

  /** Runs a kernel. Takes back what it borrowed; disposes the tensors that it has made and shared if it fails. */
  run<T>(kernel: () => T): T {
    const [outerMade, outerBorrowed] = [this.made, this.borrowed];
    const made: TensorInfo[] = [];
    this.made = made;
    this.borrowed = [];
    try {
      return kernel();
    } catch (error) {
      for (const { dataId } of made) this.dispose(dataId);
      throw error;
    } finally {
      for (const borrowed of this.borrowed) this.takeBack(borrowed);
      this.made = outerMade;
      this.borrowed = outerBorrowed;
    }
  }

  /** Records a tensor of the running kernel, and returns it. */
  recordMade(info: TensorInfo): TensorInfo {
    this.made?.push(info);
    return info;
  }

  /** Lends memory to the running kernel until it returns. */
  lend(borrowed: Borrowed): Borrowed {
    this.borrowed.push(borrowed);
    return borrowed;
  }
}
